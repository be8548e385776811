package io.adplatform.clickhouse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The functions of {@code libchdb.so} that the server calls, by their names in chdb.h. Thread-safe;
 * what each function takes and frees is chdb.h's contract. The library is never unloaded.
 */
@SuppressWarnings("restricted") // native access is what it is for
final class ChdbLibrary {
  /** Bytes of {@code chdb_query_analysis_v1}. */
  static final int ANALYSIS_BYTES = 16;

  static final long ANALYSIS_STATEMENTS_OFFSET = 4;
  static final long ANALYSIS_CLASS_OFFSET = 12;
  static final int CLASS_READ_ONLY = 0;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final int ERROR_MESSAGE_LIMIT = 1 << 20;

  final MethodHandle connect;
  final MethodHandle closeConnection;
  final MethodHandle shutdown;
  final MethodHandle classify;
  final MethodHandle query;
  final MethodHandle streamQuery;
  final MethodHandle streamFetch;
  final MethodHandle streamCancel;
  final MethodHandle streamInsert;
  final MethodHandle insertAppend;
  final MethodHandle insertDone;
  final MethodHandle insertCancel;
  final MethodHandle insertError;
  final MethodHandle insertDestroy;
  final MethodHandle resultDestroy;
  final MethodHandle resultBuffer;
  final MethodHandle resultLength;
  final MethodHandle resultError;
  final MethodHandle resultRowsRead;
  final MethodHandle resultBytesRead;
  final MethodHandle resultRowsWritten;
  final MethodHandle resultBytesWritten;

  private final SymbolLookup symbols;

  /** Loads the library, which stays loaded. */
  ChdbLibrary(Path file) {
    symbols = SymbolLookup.libraryLookup(file, Arena.global());
    FunctionDescriptor pointerOfPointer = FunctionDescriptor.of(ADDRESS, ADDRESS);
    FunctionDescriptor longOfPointer = FunctionDescriptor.of(JAVA_LONG, ADDRESS);
    FunctionDescriptor freePointer = FunctionDescriptor.ofVoid(ADDRESS);
    FunctionDescriptor statement =
        FunctionDescriptor.of(
            ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS,
            ADDRESS, JAVA_LONG);
    connect = bind("chdb_connect", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
    closeConnection = bind("chdb_close_conn", freePointer);
    shutdown = bind("chdb_shutdown", FunctionDescriptor.of(JAVA_INT));
    classify =
        bind(
            "chdb_classify_query_n",
            FunctionDescriptor.of(
                JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS));
    query = bind("chdb_query_with_params_n", statement);
    streamQuery = bind("chdb_stream_query_with_params_n", statement);
    streamFetch =
        bind("chdb_stream_fetch_result", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    streamCancel = bind("chdb_stream_cancel_query", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    streamInsert = bind("chdb_stream_insert_with_params_n", statement);
    insertAppend =
        bind("chdb_stream_append", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
    insertDone = bind("chdb_stream_done", pointerOfPointer);
    insertCancel = bind("chdb_stream_cancel_insert", freePointer);
    insertError = bind("chdb_stream_insert_error", pointerOfPointer);
    insertDestroy = bind("chdb_destroy_insert_stream", freePointer);
    resultDestroy = bind("chdb_destroy_query_result", freePointer);
    resultBuffer = bind("chdb_result_buffer", pointerOfPointer);
    resultLength = bind("chdb_result_length", longOfPointer);
    resultError = bind("chdb_result_error", pointerOfPointer);
    resultRowsRead = bind("chdb_result_rows_read", longOfPointer);
    resultBytesRead = bind("chdb_result_bytes_read", longOfPointer);
    resultRowsWritten = bind("chdb_result_rows_written", longOfPointer);
    resultBytesWritten = bind("chdb_result_bytes_written", longOfPointer);
  }

  private MethodHandle bind(String name, FunctionDescriptor descriptor) {
    MemorySegment symbol =
        symbols
            .find(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the engine library lacks " + name + ": install the pinned version"));
    return LINKER.downcallHandle(symbol, descriptor);
  }

  /** A C string owned by the library, or null for a null pointer. */
  static String string(MemorySegment pointer) {
    return pointer.equals(MemorySegment.NULL)
        ? null
        : pointer.reinterpret(ERROR_MESSAGE_LIMIT).getString(0);
  }

  /** The pointer that a pointer points to. */
  static MemorySegment dereference(MemorySegment pointer) {
    return pointer.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0);
  }

  /** Copies text as UTF-8 without a terminator; never a null pointer. */
  static MemorySegment bytes(Arena arena, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    MemorySegment segment = arena.allocate(Math.max(1, utf8.length));
    MemorySegment.copy(utf8, 0, segment, ValueLayout.JAVA_BYTE, 0, utf8.length);
    return utf8.length == 0 ? segment.asSlice(0, 0) : segment;
  }

  /** An array of pointers. */
  static MemorySegment pointers(Arena arena, int count) {
    return arena.allocate(MemoryLayout.sequenceLayout(Math.max(1, count), ADDRESS));
  }

  /** Rethrows what a method handle threw: the engine's functions throw nothing themselves. */
  static RuntimeException broken(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a call into the engine failed", cause);
  }
}
