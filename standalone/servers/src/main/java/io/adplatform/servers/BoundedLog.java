package io.adplatform.servers;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A log file that a child process appends to, kept to a bounded size: past the limit its content
 * moves to {@code NAME.log.1} and the file is emptied under the writer, who appends and so goes on
 * at its start.
 */
final class BoundedLog {
  /** Two of them per server stay well under the disk that {@code up} asks for. */
  static final long LIMIT_BYTES = 16L << 20;

  private static final int TAIL_BYTES = 4096;

  private final Path file;
  private final long limitBytes;

  BoundedLog(Path file, long limitBytes) {
    this.file = file;
    this.limitBytes = limitBytes;
  }

  /**
   * Moves the content aside if there is too much of it. Where that fails (a full disk) nothing is
   * lost: the next call tries again.
   */
  void trim() {
    try {
      if (Files.size(file) <= limitBytes) {
        return;
      }
      Files.copy(
          file,
          file.resolveSibling(file.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(0);
      }
    } catch (IOException e) {
      // a log that grows is no reason to stop watching its server
    }
  }

  /** The last line that says something, at most 4 KiB of it; empty if there is none. */
  String lastLine() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      var buffer = java.nio.ByteBuffer.allocate((int) Math.min(size, TAIL_BYTES));
      channel.read(buffer, size - buffer.capacity());
      List<String> lines =
          new String(buffer.array(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank())
              .toList();
      return lines.isEmpty() ? "" : lines.getLast().strip();
    } catch (IOException e) {
      return "";
    }
  }
}
