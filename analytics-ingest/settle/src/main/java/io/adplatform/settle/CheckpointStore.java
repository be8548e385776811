package io.adplatform.settle;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of retained checkpoints, {@code JOB/chk-N/_metadata} below it: a job started anew goes
 * on only where it is pointed at one. Used by one thread, while no job runs.
 */
final class CheckpointStore {
  /** Checkpoints kept: the newest, and older ones to fall back to. */
  static final int RETAINED = 3;

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final String METADATA = "_metadata";
  private static final int DEPTH_OF_METADATA = 3;

  private final Path folder;

  CheckpointStore(Path folder) {
    this.folder = folder;
  }

  /** The newest checkpoint that is complete and can be read; what cannot is passed over. */
  Optional<Path> newest() throws IOException {
    for (Path checkpoint : newestFirst()) {
      if (isComplete(checkpoint)) {
        return Optional.of(checkpoint);
      }
      LOG.warn("passed over the checkpoint {}: it is incomplete or damaged", checkpoint);
    }
    return Optional.empty();
  }

  /** Removes all but the newest {@link #RETAINED} checkpoints, and what was left half-written. */
  void clean() throws IOException {
    List<Path> all = newestFirst();
    Set<Path> kept = new HashSet<>(all.subList(0, Math.min(RETAINED, all.size())));
    Set<Path> keptJobs = new HashSet<>();
    kept.forEach(checkpoint -> keptJobs.add(checkpoint.getParent()));
    for (Path job : children(folder)) {
      if (!keptJobs.contains(job)) {
        remove(job);
        continue;
      }
      for (Path checkpoint : children(job)) {
        if (checkpoint.getFileName().toString().startsWith("chk-") && !kept.contains(checkpoint)) {
          remove(checkpoint);
        }
      }
    }
  }

  /** Removes a checkpoint that nothing is to start from. */
  void remove(Path checkpoint) throws IOException {
    Files.walkFileTree(
        checkpoint,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private List<Path> newestFirst() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder, DEPTH_OF_METADATA)) {
      return files
          .filter(file -> file.endsWith(METADATA))
          .sorted(Comparator.comparing(CheckpointStore::modified).reversed())
          .map(Path::getParent)
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isComplete(Path checkpoint) {
    Path metadata = checkpoint.resolve(METADATA);
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(metadata)))) {
      CheckpointMetadata read =
          Checkpoints.loadCheckpointMetadata(
              in, CheckpointStore.class.getClassLoader(), checkpoint.toUri().toString());
      for (OperatorState operator : read.getOperatorStates()) {
        for (OperatorSubtaskState subtask : operator.getStates()) {
          if (!areThere(subtask.getManagedOperatorState())
              || !areThere(subtask.getRawOperatorState())) {
            return false;
          }
        }
      }
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.debug("checkpoint {}", checkpoint, e);
      return false;
    }
  }

  private static boolean areThere(Iterable<OperatorStateHandle> handles) throws IOException {
    for (OperatorStateHandle handle : handles) {
      StreamStateHandle delegate = handle.getDelegateStateHandle();
      if (delegate instanceof FileStateHandle file) {
        FileStatus status = file.getFilePath().getFileSystem().getFileStatus(file.getFilePath());
        if (status.getLen() != file.getStateSize()) {
          return false;
        }
      }
    }
    return true;
  }

  private static long modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> children(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(parent)) {
      return children.toList();
    }
  }
}
