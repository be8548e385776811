package io.adplatform.clickhouse;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The engine over one data folder, which it locks: there is one per process. Thread-safe; {@link
 * #close} waits for no statement, so the caller ends them first.
 */
final class Engine implements AutoCloseable {
  private static final String LOCK_FILE = "adplatform-clickhouse.lock";

  private static final String SETTINGS_FILE = "adplatform-clickhouse.xml";

  /**
   * The engine starts a thread for each part of a table that a merge has replaced, up to 128 at a
   * time, keeps a thousand threads that have nothing to do, and each holds three files of {@code
   * /proc} open.
   */
  private static final String SETTINGS =
      """
      <clickhouse>
        <max_thread_pool_free_size>16</max_thread_pool_free_size>
        <max_parts_cleaning_thread_pool_size>4</max_parts_cleaning_thread_pool_size>
      </clickhouse>
      """;

  private final ChdbLibrary library;
  private final Path path;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private final AtomicInteger connections = new AtomicInteger();
  private final EngineConnection keeper;
  private final String timeZone;
  private final String version;

  /**
   * Opens the data folder.
   *
   * @throws IllegalArgumentException where another process has it, with a line for the user
   */
  Engine(Path libraryFile, Path path) throws IOException, EngineException {
    this.path = path;
    Files.createDirectories(path);
    lockChannel =
        FileChannel.open(
            path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock = tryLock();
    if (lock == null) {
      lockChannel.close();
      throw new IllegalArgumentException(
          "the data folder " + path + " is in use by another ClickHouse server: stop that one");
    }
    Files.writeString(path.resolve(SETTINGS_FILE), SETTINGS);
    library = new ChdbLibrary(libraryFile);
    keeper = connect();
    timeZone = text("SELECT timezone()");
    version = text("SELECT version()");
  }

  private FileLock tryLock() throws IOException {
    try {
      return lockChannel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private String text(String sql) throws EngineException, IOException {
    try (EngineResult result = keeper.query(sql, "TabSeparated", Map.of())) {
      java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
      result.writeTo(out);
      return out.toString(java.nio.charset.StandardCharsets.UTF_8).strip();
    }
  }

  /** A new connection with the engine's own settings, in the database {@code default}. */
  EngineConnection connect() throws EngineException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(ADDRESS, 3);
      arguments.setAtIndex(ADDRESS, 0, arena.allocateFrom("clickhouse"));
      arguments.setAtIndex(ADDRESS, 1, arena.allocateFrom("--path=" + path));
      arguments.setAtIndex(
          ADDRESS, 2, arena.allocateFrom("--config-file=" + path.resolve(SETTINGS_FILE)));
      MemorySegment pointer = (MemorySegment) library.connect.invokeExact(3, arguments);
      if (pointer.equals(MemorySegment.NULL)) {
        throw new EngineException(
            1001, "STD_EXCEPTION", "The engine could not open " + path + " (is it damaged?)");
      }
      connections.incrementAndGet();
      return new EngineConnection(library, pointer);
    } catch (EngineException e) {
      throw e;
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }

  /** The engine's time zone, an IANA name. */
  String timeZone() {
    return timeZone;
  }

  /** The engine's version, such as {@code 26.7.2.1}. */
  String version() {
    return version;
  }

  /** How many connections were ever opened. */
  int connectionsOpened() {
    return connections.get();
  }

  /** Ends the engine for the rest of the process; every connection handed out must be closed. */
  @Override
  public void close() throws IOException {
    keeper.close();
    try {
      int ignoredState = (int) library.shutdown.invokeExact();
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
    lock.release();
    lockChannel.close();
  }
}
