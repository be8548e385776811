package io.adplatform.wire.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets with AES-256-GCM under a key that the installation's services share (ADR 0120): a
 * file of lines {@code keyId hex}, where the first line's key seals and the others are still opened
 * with. A sealed text is {@code s1.keyId.base64url(nonce, ciphertext, tag)} and opens only at the
 * place it was sealed for, so that it is of no use in another row. Immutable, thread-safe; never
 * printed.
 */
public final class SecretSeal {
  /** Keys in a file: the current one and those of texts that were sealed before. */
  public static final int MAX_KEYS = 4;

  /** Longest secret that is sealed, in bytes. */
  public static final int MAX_SECRET_BYTES = 4_096;

  private static final String FORM = "s1";
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int KEY_BYTES = 32;
  private static final int MAX_KEY_ID = 255;

  /** NIST SP 800-38D, section 8.2.2: a random nonce of 96 bits, and the full tag. */
  private static final int NONCE_BYTES = 12;

  private static final int TAG_BITS = 128;

  private final Map<Integer, SecretKeySpec> keys;
  private final int current;
  private final SecureRandom random = new SecureRandom();

  private SecretSeal(Map<Integer, SecretKeySpec> keys, int current) {
    this.keys = keys;
    this.current = current;
  }

  /** The text of a new file: one fresh random key. */
  public static String generate() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return "1 " + HexFormat.of().formatHex(key) + "\n";
  }

  /**
   * Reads the text of a key file.
   *
   * @param source what an error names
   * @throws IllegalArgumentException naming the line that is not {@code keyId hex}, without its
   *     contents
   */
  public static SecretSeal parse(String text, String source) {
    List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (lines.isEmpty() || lines.size() > MAX_KEYS) {
      throw new IllegalArgumentException(
          source + " must hold 1 to " + MAX_KEYS + " keys, has " + lines.size());
    }
    Map<Integer, SecretKeySpec> keys = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String[] parts = lines.get(i).split("\\s+");
      int id = -1;
      byte[] key = {};
      try {
        id = Integer.parseInt(parts[0]);
        key = HexFormat.of().parseHex(parts.length == 2 ? parts[1] : "");
      } catch (IllegalArgumentException e) {
        id = -1;
      }
      boolean known = keys.containsKey(id);
      if (id < 0 || id > MAX_KEY_ID || key.length != KEY_BYTES || known) {
        throw new IllegalArgumentException(
            source
                + " line "
                + (i + 1)
                + ": a key id of 0 to 255, each once, and 64 hex digits are needed");
      }
      keys.put(id, new SecretKeySpec(key, "AES"));
    }
    return new SecretSeal(Map.copyOf(keys), Integer.parseInt(lines.getFirst().split("\\s+")[0]));
  }

  /**
   * Seals a secret.
   *
   * @param secret at most {@link #MAX_SECRET_BYTES} of UTF-8
   * @param place what it belongs to, such as {@code demand-partner/7/auth}; not secret
   */
  public String seal(String secret, String place) {
    byte[] plain = secret.getBytes(StandardCharsets.UTF_8);
    if (plain.length > MAX_SECRET_BYTES) {
      throw new IllegalArgumentException("a secret has at most " + MAX_SECRET_BYTES + " bytes");
    }
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, keys.get(current), nonce, place);
      byte[] sealed = new byte[NONCE_BYTES + cipher.getOutputSize(plain.length)];
      System.arraycopy(nonce, 0, sealed, 0, NONCE_BYTES);
      cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
      return FORM + "." + current + "." + text;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is part of every Java platform", e);
    }
  }

  /**
   * Opens a sealed text.
   *
   * @param place the one it was sealed for
   * @return the secret; null where it was sealed with another key, for another place, or altered
   */
  public String open(String sealed, String place) {
    String[] parts = sealed.split("\\.", -1);
    if (parts.length != 3 || !parts[0].equals(FORM)) {
      return null;
    }
    try {
      SecretKeySpec key = keys.get(Integer.parseInt(parts[1]));
      byte[] bytes = Base64.getUrlDecoder().decode(parts[2]);
      if (key == null || bytes.length < NONCE_BYTES) {
        return null;
      }
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, bytes, place);
      byte[] plain = cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
      return new String(plain, StandardCharsets.UTF_8);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return null;
    }
  }

  private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce, String place)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
    cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  @Override
  public String toString() {
    return "SecretSeal with " + keys.size() + " keys";
  }
}
