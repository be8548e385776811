package io.adplatform.runtime.journal;

import io.adplatform.runtime.config.SettingsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Holds a part of the data folder for one process. The system lets go of it when the process ends,
 * however it ends, so that a lock that can be had proves that whoever wrote there is gone.
 */
public final class DataLock implements AutoCloseable {
  private final FileChannel channel;
  private final FileLock lock;

  private DataLock(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the lock of a file, which is made with its folders if absent.
   *
   * @throws SettingsException in one line if another process has it, or it cannot be made
   */
  public static DataLock take(Path file) {
    FileChannel channel = null;
    try {
      Files.createDirectories(file.getParent());
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new DataLock(channel, lock);
      }
      channel.close();
    } catch (IOException e) {
      throw new SettingsException("data: '" + file + "' cannot be made: " + e.getMessage());
    } catch (OverlappingFileLockException e) {
      closeQuietly(channel);
    }
    throw new SettingsException(
        "data: '"
            + file.getParent()
            + "' is in use by another process; end that one or give another folder with --data");
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new SettingsException("data: a lock file cannot be closed: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new SettingsException("data: a lock cannot be released: " + e.getMessage());
    }
  }
}
