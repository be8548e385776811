package io.adplatform.wire.token;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The keys that sign tokens: a file of lines {@code keyId hex}, where the first line's key signs
 * and at most one more is still accepted. Immutable; never printed.
 */
public final class TokenKeys {
  /** Keys accepted at once: the current one and the one before it. */
  public static final int MAX_KEYS = 2;

  private static final int MAX_KEY_ID = 255;

  private final int[] ids;
  private final byte[][] keys;

  private TokenKeys(int[] ids, byte[][] keys) {
    this.ids = ids;
    this.keys = keys;
  }

  /** One key with id 1, for tests. */
  public static TokenKeys of(byte[] key) {
    return new TokenKeys(new int[] {1}, new byte[][] {key.clone()});
  }

  /** The text of a new file: one fresh random key. */
  public static String generate() {
    byte[] key = new byte[SipHash.KEY_LENGTH];
    new SecureRandom().nextBytes(key);
    return "1 " + HexFormat.of().formatHex(key) + "\n";
  }

  /**
   * Reads a key file.
   *
   * @throws IOException where it cannot be read
   * @throws IllegalArgumentException naming the line that is not {@code keyId hex}, without its
   *     contents
   */
  public static TokenKeys read(Path file) throws IOException {
    return parse(Files.readString(file), file.toString());
  }

  /**
   * Reads the text of a key file.
   *
   * @param source what an error names
   * @throws IllegalArgumentException naming the line that is not {@code keyId hex}, without its
   *     contents
   */
  public static TokenKeys parse(String text, String source) {
    List<String> lines = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (!line.isBlank()) {
        lines.add(line.strip());
      }
    }
    if (lines.isEmpty() || lines.size() > MAX_KEYS) {
      throw new IllegalArgumentException(
          source + " must hold 1 to " + MAX_KEYS + " keys, has " + lines.size());
    }
    int[] ids = new int[lines.size()];
    byte[][] keys = new byte[lines.size()][];
    for (int i = 0; i < ids.length; i++) {
      String[] parts = lines.get(i).split("\\s+");
      try {
        ids[i] = Integer.parseInt(parts[0]);
        keys[i] = HexFormat.of().parseHex(parts.length == 2 ? parts[1] : "");
      } catch (IllegalArgumentException e) {
        keys[i] = new byte[0];
      }
      if (ids[i] < 0 || ids[i] > MAX_KEY_ID || keys[i].length != SipHash.KEY_LENGTH) {
        throw new IllegalArgumentException(
            source + " line " + (i + 1) + ": a key id of 0 to 255 and 32 hex digits are needed");
      }
    }
    return new TokenKeys(ids, keys);
  }

  /** How many keys are accepted. */
  int size() {
    return ids.length;
  }

  /** Id of a key; 0 is the one that signs. */
  int id(int index) {
    return ids[index];
  }

  /** A MAC keyed with a key. */
  SipHash mac(int index) {
    return new SipHash(keys[index]);
  }

  /**
   * A hash keyed by the signing key and a purpose, for values that must not be guessed or joined
   * across purposes.
   */
  public SipHash derive(String purpose) {
    SipHash mac = mac(0);
    byte[] text = purpose.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    mac.hash(text, 0, text.length);
    byte[] derived = new byte[SipHash.KEY_LENGTH];
    mac.write(derived, 0);
    return new SipHash(derived);
  }
}
