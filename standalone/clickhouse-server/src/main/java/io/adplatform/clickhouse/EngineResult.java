package io.adplatform.clickhouse;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A result in the engine's memory. It is freed by {@link #close}; after that nothing of it may be
 * read. One thread at a time.
 */
@SuppressWarnings("restricted") // a view of the engine's memory
final class EngineResult implements AutoCloseable {
  /** What is copied out of the engine's memory at a time. */
  private static final int SLICE_BYTES = 64 * 1024;

  private final ChdbLibrary library;
  private final MemorySegment handle;

  EngineResult(ChdbLibrary library, MemorySegment handle) {
    this.library = library;
    this.handle = handle;
  }

  MemorySegment handle() {
    return handle;
  }

  /** Throws the error that it stands for, if it does, and frees it then. */
  EngineResult orThrow() throws EngineException {
    try {
      String error =
          handle.equals(MemorySegment.NULL)
              ? "Code: 1002. DB::Exception: The engine gave no result. (UNKNOWN_EXCEPTION)"
              : ChdbLibrary.string((MemorySegment) library.resultError.invokeExact(handle));
      if (error == null) {
        return this;
      }
      close();
      throw new EngineException(error);
    } catch (EngineException e) {
      throw e;
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }

  /** Bytes of formatted output. */
  long length() {
    return number(library.resultLength);
  }

  /** Writes all of it, slice by slice. */
  void writeTo(OutputStream out) throws IOException {
    long length = length();
    if (length == 0) {
      return;
    }
    MemorySegment data;
    try {
      data = ((MemorySegment) library.resultBuffer.invokeExact(handle)).reinterpret(length);
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
    byte[] slice = new byte[(int) Math.min(SLICE_BYTES, length)];
    for (long offset = 0; offset < length; offset += slice.length) {
      int count = (int) Math.min(slice.length, length - offset);
      MemorySegment.copy(data, ValueLayout.JAVA_BYTE, offset, slice, 0, count);
      out.write(slice, 0, count);
    }
  }

  /** The counters as ClickHouse's {@code X-ClickHouse-Summary} gives them. */
  String summary(long elapsedNanos) {
    return "{\"read_rows\":\"%d\",\"read_bytes\":\"%d\",\"written_rows\":\"%d\",\"written_bytes\":\"%d\",\"total_rows_to_read\":\"0\",\"result_rows\":\"0\",\"result_bytes\":\"%d\",\"elapsed_ns\":\"%d\"}"
        .formatted(
            number(library.resultRowsRead),
            number(library.resultBytesRead),
            number(library.resultRowsWritten),
            number(library.resultBytesWritten),
            length(),
            elapsedNanos);
  }

  private long number(java.lang.invoke.MethodHandle counter) {
    try {
      return (long) counter.invokeExact(handle);
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }

  @Override
  public void close() {
    if (handle.equals(MemorySegment.NULL)) {
      return;
    }
    try {
      library.resultDestroy.invokeExact(handle);
    } catch (Throwable e) {
      throw ChdbLibrary.broken(e);
    }
  }
}
