package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.SettingsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;

/**
 * Gives the boots and recordings of a node numbers that are never given twice: seconds since 1970,
 * or one more than the last one given where that is larger, kept in a file. So they go up with time
 * even when the data folder is lost. Thread-safe.
 */
public final class BootSequence {
  private final Path file;
  private final Clock clock;

  /** The sequence kept in a file, whose folder is there. */
  public BootSequence(Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /**
   * The next number, written to the disk before it is given.
   *
   * @throws SettingsException if the file cannot be read or written
   */
  public synchronized int next() {
    try {
      long last = 0;
      if (Files.exists(file)) {
        last = Long.parseLong(Files.readString(file, StandardCharsets.UTF_8).strip());
      }
      int next = Math.toIntExact(Math.max(clock.instant().getEpochSecond(), last + 1));
      Path written = file.resolveSibling(file.getFileName() + ".new");
      try (FileChannel channel =
          FileChannel.open(
              written,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap((next + "\n").getBytes(StandardCharsets.UTF_8)));
        channel.force(true);
      }
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      return next;
    } catch (IOException | NumberFormatException | ArithmeticException e) {
      throw new SettingsException("data: '" + file + "' cannot be kept: " + e.getMessage());
    }
  }
}
