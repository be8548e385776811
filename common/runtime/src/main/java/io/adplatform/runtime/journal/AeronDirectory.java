package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.SettingsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Where a driver keeps its buffers: in shared memory when there is room, else in the data folder.
 * The name comes from the data folder, so that two exchanges do not meet and a restart finds what a
 * killed driver left behind. The driver writes it down for the processes that connect to it.
 */
final class AeronDirectory {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  /** Three terms for each of 16 lanes, and as much again for control. */
  private static final long ROOM_BYTES = 512L * 1024 * 1024;

  private static final String NOTE = "aeron-dir";

  private AeronDirectory() {}

  /** Where the driver of a data folder is to keep its buffers. */
  static Path choose(Path journalDir) {
    CRC32C hash = new CRC32C();
    hash.update(journalDir.toString().getBytes(StandardCharsets.UTF_8));
    String name =
        "adplatform-" + System.getProperty("user.name") + "-" + Long.toHexString(hash.getValue());
    return hasRoom(SHARED_MEMORY) ? SHARED_MEMORY.resolve(name) : journalDir.resolve("aeron");
  }

  private static boolean hasRoom(Path directory) {
    try {
      return Files.isWritable(directory)
          && Files.getFileStore(directory).getUsableSpace() >= ROOM_BYTES;
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes down where it is. */
  static void note(Path journalDir, Path aeronDir) {
    try {
      Files.writeString(journalDir.resolve(NOTE), aeronDir.toString());
    } catch (IOException e) {
      throw new SettingsException(
          "data: '" + journalDir + "' cannot be written: " + e.getMessage());
    }
  }

  /** Where the driver of a data folder said it is, or null if none ever ran. */
  static Path noted(Path journalDir) {
    try {
      return Path.of(Files.readString(journalDir.resolve(NOTE)).strip());
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new SettingsException("data: '" + journalDir + "' cannot be read: " + e.getMessage());
    }
  }
}
