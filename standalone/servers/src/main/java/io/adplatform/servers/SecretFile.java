package io.adplatform.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** Secrets in files that only their owner can read (mode 600). */
public final class SecretFile {
  /** 192 bits: beyond guessing, and 32 characters of base64. */
  private static final int PASSWORD_BYTES = 24;

  private static final SecureRandom RANDOM = new SecureRandom();

  private SecretFile() {}

  /** The secret in {@code file}; made and written there if the file does not exist. */
  public static String readOrCreate(Path file) {
    try {
      if (!Files.exists(file)) {
        write(file, password());
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read the secret in " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes {@code content} to {@code file} as a whole or not at all, mode 600, replacing what is
   * there.
   */
  public static void write(Path file, String content) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      Files.createFile(part, ownerOnly);
    } catch (FileAlreadyExistsException e) {
      Files.delete(part);
      Files.createFile(part, ownerOnly);
    }
    Files.writeString(part, content);
    try {
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** A new random password of 32 URL-safe characters. */
  public static String password() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** {@code bytes} random bytes as lower-case hexadecimal. */
  public static String hex(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
