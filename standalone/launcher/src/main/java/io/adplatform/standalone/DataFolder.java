package io.adplatform.standalone;

import io.adplatform.servers.LeftOver;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.ServerFolders;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;

/**
 * The data folder while an {@code up} runs on it: a lock that the kernel takes away when the
 * process ends however it ends, a file that names the process, and the ports that were used, so
 * that they stay the same from start to start.
 */
final class DataFolder implements AutoCloseable {
  private static final String LOCK = "lock";
  private static final String PORTS = "ports";

  /** Under this name the address of both public ports stands among the ports. */
  static final String HOST = "host";

  /** The pid file of the launcher itself, beside those of its children. */
  static final String LAUNCHER = "launcher";

  private final ServerFolders folders;
  private final FileChannel channel;
  private final FileLock lock;
  private final Properties ports;

  private DataFolder(ServerFolders folders, FileChannel channel, FileLock lock, Properties ports) {
    this.folders = folders;
    this.channel = channel;
    this.lock = lock;
    this.ports = ports;
  }

  /**
   * Takes the folder, making it if it is missing; throws {@link LaunchException} if another {@code
   * up} has it.
   */
  static DataFolder take(Path root) {
    ServerFolders folders = new ServerFolders(root);
    try {
      Path run = folders.pid(LAUNCHER).getParent();
      FileChannel channel =
          FileChannel.open(run.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw inUse(folders);
      }
      Files.writeString(
          folders.pid(LAUNCHER), LeftOver.of(ProcessHandle.current().pid()).orElseThrow().text());
      return new DataFolder(folders, channel, lock, read(run.resolve(PORTS)));
    } catch (IOException | RuntimeException e) {
      if (e instanceof LaunchException known) {
        throw known;
      }
      throw new LaunchException(
          "The data folder "
              + root
              + " cannot be used ("
              + e.getMessage()
              + "): choose another with --data DIR",
          e);
    }
  }

  /** The ports that the last start on this folder used, by name; empty if there was none. */
  static Properties lastPorts(ServerFolders folders) {
    try {
      return read(folders.pid(LAUNCHER).resolveSibling(PORTS));
    } catch (IOException e) {
      return new Properties();
    }
  }

  ServerFolders folders() {
    return folders;
  }

  /**
   * The port this name had before if it is free, else a free one that no other name has, remembered
   * for the next start.
   */
  synchronized int port(String name) {
    String last = (String) ports.remove(name);
    int port = last == null ? 0 : Integer.parseInt(last);
    while (port == 0
        || ports.containsValue(Integer.toString(port))
        || !LoopbackPorts.isFree(port)) {
      port = LoopbackPorts.free();
    }
    remember(name, port);
    return port;
  }

  /** Remembers where both public ports are, for {@code status}. */
  synchronized void remember(String host, int dataPort, int apiPort) {
    ports.setProperty(HOST, host);
    ports.setProperty("api", Integer.toString(apiPort));
    remember("data", dataPort);
  }

  private void remember(String name, int port) {
    ports.setProperty(name, Integer.toString(port));
    Path file = folders.pid(LAUNCHER).resolveSibling(PORTS);
    try (Writer writer = Files.newBufferedWriter(file)) {
      ports.store(writer, null);
    } catch (IOException e) {
      throw new LaunchException("Cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folders.pid(LAUNCHER));
    lock.release();
    channel.close();
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static LaunchException inUse(ServerFolders folders) {
    String owner =
        LeftOver.find(folders.pid(LAUNCHER)).map(found -> " (pid " + found.pid() + ")").orElse("");
    return new LaunchException(
        "The data folder "
            + folders.root()
            + " is in use by another up"
            + owner
            + ": stop that with ./adplatform down --data "
            + folders.root()
            + ", or choose another with --data DIR");
  }

  private static Properties read(Path file) throws IOException {
    Properties properties = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      }
    }
    return properties;
  }
}
