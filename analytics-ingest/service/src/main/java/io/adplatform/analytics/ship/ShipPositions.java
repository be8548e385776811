package io.adplatform.analytics.ship;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Up to where each recording is acknowledged by Kafka, in a file that is replaced whole and forced
 * to the disk. A file that is lost or damaged costs sending again, nothing else: settlement passes
 * over what it has seen. Used by one thread.
 */
public final class ShipPositions {
  private static final Logger LOG = LoggerFactory.getLogger(ShipPositions.class);
  private static final String MARK = "mark";

  /** Node, recording and position. */
  private static final int PARTS = 3;

  private final Path file;
  private final Map<RecordingKey, Long> positions = new HashMap<>();
  private long markMillis;
  private boolean changed;

  private ShipPositions(Path file) {
    this.file = file;
  }

  /**
   * Reads the file, where there is one.
   *
   * @throws IOException where its folder cannot be made
   */
  public static ShipPositions open(Path file) throws IOException {
    ShipPositions read = new ShipPositions(file);
    Files.createDirectories(file.toAbsolutePath().getParent());
    if (Files.exists(file)) {
      read.load();
    }
    return read;
  }

  /** Position after the last acknowledged record of a recording; 0 where none is known. */
  long of(RecordingKey recording) {
    return positions.getOrDefault(recording, 0L);
  }

  /** The highest mark that may have been sent, milliseconds since 1970; 0 before the first. */
  public long markMillis() {
    return markMillis;
  }

  void advance(RecordingKey recording, long position) {
    Long before = positions.put(recording, position);
    changed |= before == null || before != position;
  }

  void mark(long millis) {
    changed |= millis != markMillis;
    markMillis = millis;
  }

  /** Forgets recordings that are no more. */
  void retain(Set<RecordingKey> recordings) {
    changed |= positions.keySet().retainAll(recordings);
  }

  /** Writes what changed and forces it to the disk. */
  void save() throws IOException {
    if (!changed) {
      return;
    }
    StringBuilder text = new StringBuilder();
    text.append(MARK).append(' ').append(markMillis).append('\n');
    positions.forEach(
        (recording, position) ->
            text.append(recording.nodeId())
                .append(' ')
                .append(recording.recordingId())
                .append(' ')
                .append(position)
                .append('\n'));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
    changed = false;
  }

  private void load() {
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
      for (String line : lines) {
        String[] parts = line.split(" ");
        if (parts[0].equals(MARK)) {
          markMillis = Long.parseLong(parts[1]);
        } else if (parts.length == PARTS) {
          positions.put(
              new RecordingKey(Integer.parseInt(parts[0]), Long.parseLong(parts[1])),
              Long.parseLong(parts[2]));
        } else {
          // A former release named no node: what is still in the journal is sent again.
          LOG.info("passed over a position without a node: {}", line);
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} cannot be read, all that is still in the journal is sent again", file, e);
      positions.clear();
    }
  }
}
