package io.adplatform.clickhouse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/**
 * One connection to the engine: its current database, its settings, one statement at a time. Not
 * thread-safe.
 */
final class EngineConnection implements AutoCloseable {
  /** What an insert hands to the engine at a time; the engine copies it. */
  private static final int APPEND_BYTES = 256 * 1024;

  private final ChdbLibrary library;
  private final MemorySegment pointer;
  private final MemorySegment connection;

  EngineConnection(ChdbLibrary library, MemorySegment pointer) {
    this.library = library;
    this.pointer = pointer;
    this.connection = ChdbLibrary.dereference(pointer);
  }

  /** Sets settings for what follows on this connection; the values are quoted here. */
  void set(Map<String, String> settings) throws EngineException {
    if (settings.isEmpty()) {
      return;
    }
    StringBuilder sql = new StringBuilder("SET ");
    String separator = "";
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      sql.append(separator).append(identifier(setting.getKey())).append(" = ");
      sql.append('\'').append(escape(setting.getValue())).append('\'');
      separator = ", ";
    }
    query(sql.toString(), "Null", Map.of()).close();
  }

  /** Sets settings back to what they are without being set. */
  void reset(Iterable<String> settings) throws EngineException {
    StringBuilder sql = new StringBuilder();
    for (String setting : settings) {
      sql.append(sql.isEmpty() ? "SET " : ", ").append(identifier(setting)).append(" = DEFAULT");
    }
    if (!sql.isEmpty()) {
      query(sql.toString(), "Null", Map.of()).close();
    }
  }

  /** Makes a database the current one. */
  void use(String database) throws EngineException {
    query("USE " + identifier(database), "Null", Map.of()).close();
  }

  /** Whether a text is a single statement that only reads; false also for what cannot be parsed. */
  boolean isRead(String sql) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = ChdbLibrary.bytes(arena, sql);
      MemorySegment analysis = arena.allocate(ADDRESS, ChdbLibrary.ANALYSIS_BYTES);
      analysis.set(JAVA_INT, 0, ChdbLibrary.ANALYSIS_BYTES);
      int state =
          (int)
              library.classify.invokeExact(
                  connection, text, text.byteSize(), MemorySegment.NULL, 0L, analysis);
      return state == 0
          && analysis.get(JAVA_INT, ChdbLibrary.ANALYSIS_STATEMENTS_OFFSET) == 1
          && analysis.get(JAVA_INT, ChdbLibrary.ANALYSIS_CLASS_OFFSET)
              == ChdbLibrary.CLASS_READ_ONLY;
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }

  /** Runs a statement to its end; the whole result then lies in the engine's memory. */
  EngineResult query(String sql, String format, Map<String, String> parameters)
      throws EngineException {
    return new EngineResult(library, call(library.query, sql, format, parameters)).orThrow();
  }

  /**
   * Runs a read and hands its result over block by block as the engine makes them.
   *
   * @param firstBlock called before anything is written, when the first block is there
   */
  void stream(String sql, String format, Map<String, String> parameters, StreamTarget firstBlock)
      throws EngineException, IOException {
    try (EngineResult stream =
        new EngineResult(library, call(library.streamQuery, sql, format, parameters)).orThrow()) {
      boolean ended = false;
      try {
        OutputStream out = null;
        while (true) {
          try (EngineResult block = fetch(stream)) {
            if (out == null) {
              out = firstBlock.open();
            }
            if (block.length() == 0) {
              ended = true;
              return;
            }
            block.writeTo(out);
          }
        }
      } finally {
        if (!ended) {
          cancel(stream);
        }
      }
    }
  }

  /** Where a streamed result goes. */
  interface StreamTarget {
    /** Opens it; called once. */
    OutputStream open() throws IOException;
  }

  private EngineResult fetch(EngineResult stream) throws EngineException {
    try {
      MemorySegment block =
          (MemorySegment) library.streamFetch.invokeExact(connection, stream.handle());
      return new EngineResult(library, block).orThrow();
    } catch (EngineException e) {
      throw e;
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }

  private void cancel(EngineResult stream) {
    try {
      library.streamCancel.invokeExact(connection, stream.handle());
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }

  /**
   * Inserts what a stream carries.
   *
   * @param sql {@code INSERT INTO …} without its {@code FORMAT}
   * @param data formatted rows, read to the end
   */
  EngineResult insert(String sql, String format, Map<String, String> parameters, InputStream data)
      throws EngineException, IOException {
    MemorySegment insert = call(library.streamInsert, sql, format, parameters);
    boolean done = false;
    try (Arena arena = Arena.ofConfined()) {
      failOn(insert);
      MemorySegment chunk = arena.allocate(APPEND_BYTES);
      byte[] bytes = new byte[APPEND_BYTES];
      for (int count; (count = data.readNBytes(bytes, 0, bytes.length)) > 0; ) {
        MemorySegment.copy(bytes, 0, chunk, ValueLayout.JAVA_BYTE, 0, count);
        int state = (int) library.insertAppend.invokeExact(insert, chunk, (long) count);
        if (state != 0) {
          failOn(insert);
        }
      }
      done = true;
      MemorySegment result = (MemorySegment) library.insertDone.invokeExact(insert);
      return new EngineResult(library, result).orThrow();
    } catch (EngineException | IOException e) {
      throw e;
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    } finally {
      end(insert, done);
    }
  }

  private void failOn(MemorySegment insert) throws Throwable {
    String error = ChdbLibrary.string((MemorySegment) library.insertError.invokeExact(insert));
    if (error != null) {
      throw new EngineException(error);
    }
  }

  private void end(MemorySegment insert, boolean done) {
    try {
      if (!done) {
        library.insertCancel.invokeExact(insert);
      }
      library.insertDestroy.invokeExact(insert);
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }

  private MemorySegment call(
      MethodHandle function, String sql, String format, Map<String, String> parameters) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = ChdbLibrary.bytes(arena, sql);
      MemorySegment formatName = ChdbLibrary.bytes(arena, format);
      int count = parameters.size();
      MemorySegment names = ChdbLibrary.pointers(arena, count);
      MemorySegment nameLengths = ChdbLibrary.pointers(arena, count);
      MemorySegment values = ChdbLibrary.pointers(arena, count);
      MemorySegment valueLengths = ChdbLibrary.pointers(arena, count);
      int i = 0;
      for (Map.Entry<String, String> parameter : parameters.entrySet()) {
        MemorySegment name = ChdbLibrary.bytes(arena, parameter.getKey());
        MemorySegment value = ChdbLibrary.bytes(arena, parameter.getValue());
        names.setAtIndex(ADDRESS, i, name);
        nameLengths.setAtIndex(JAVA_LONG, i, name.byteSize());
        values.setAtIndex(ADDRESS, i, value);
        valueLengths.setAtIndex(JAVA_LONG, i, value.byteSize());
        i++;
      }
      return (MemorySegment)
          function.invokeExact(
              connection,
              text,
              text.byteSize(),
              formatName,
              formatName.byteSize(),
              names,
              nameLengths,
              values,
              valueLengths,
              (long) count);
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }

  private static String identifier(String name) {
    return '`' + name.replace("\\", "\\\\").replace("`", "\\`") + '`';
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("'", "\\'");
  }

  @Override
  public void close() {
    try {
      library.closeConnection.invokeExact(pointer);
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }
}
