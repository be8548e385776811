package io.adplatform.storage.clickhouse;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Rows in ClickHouse's RowBinary: values one after the other in the order of the insert's columns,
 * little endian. The writer must put the columns of each row completely and then call {@link
 * #endRow}. Reusable; not thread-safe.
 */
public final class RowBinaryBlock {
  private static final int INITIAL_BYTES = 64 * 1024;

  /** More is taken only to catch up; kept for every partition it would fill the heap. */
  private static final int MAX_KEPT_BYTES = 2 * 1024 * 1024;

  private static final VarHandle SHORTS = littleEndian(short[].class);
  private static final VarHandle INTS = littleEndian(int[].class);
  private static final VarHandle LONGS = littleEndian(long[].class);

  private byte[] bytes = new byte[INITIAL_BYTES];
  private int length;
  private int rows;

  private static VarHandle littleEndian(Class<?> arrayOfValues) {
    return MethodHandles.byteArrayViewVarHandle(arrayOfValues, ByteOrder.LITTLE_ENDIAN);
  }

  /** UInt8 or Int8. */
  public RowBinaryBlock putByte(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
    return this;
  }

  /** UInt16 or Int16. */
  public RowBinaryBlock putShort(int value) {
    reserve(Short.BYTES);
    SHORTS.set(bytes, length, (short) value);
    length += Short.BYTES;
    return this;
  }

  /** UInt32, Int32, or DateTime in seconds since 1970. */
  public RowBinaryBlock putInt(long value) {
    reserve(Integer.BYTES);
    INTS.set(bytes, length, (int) value);
    length += Integer.BYTES;
    return this;
  }

  /** UInt64, Int64, or DateTime64 in its own unit since 1970. */
  public RowBinaryBlock putLong(long value) {
    reserve(Long.BYTES);
    LONGS.set(bytes, length, value);
    length += Long.BYTES;
    return this;
  }

  /** String, as UTF-8. */
  public RowBinaryBlock putString(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return putBytes(utf8, 0, utf8.length);
  }

  /** String of any bytes. */
  public RowBinaryBlock putBytes(byte[] source, int offset, int count) {
    putCount(count);
    reserve(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
    return this;
  }

  /** The count of an Array's elements, which follow. */
  public RowBinaryBlock putCount(int count) {
    reserve(5);
    int rest = count;
    while (rest >= 0x80) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return this;
  }

  /** Ends a row. */
  public void endRow() {
    rows++;
  }

  /** How many rows it holds. */
  public int rows() {
    return rows;
  }

  /** Bytes of its rows. */
  public int length() {
    return length;
  }

  /** Empties it; its memory stays, up to {@value #MAX_KEPT_BYTES} bytes. */
  public void clear() {
    if (bytes.length > MAX_KEPT_BYTES) {
      bytes = new byte[INITIAL_BYTES];
    }
    length = 0;
    rows = 0;
  }

  /** Its rows; valid until it is written to again. */
  InputStream open() {
    return new ByteArrayInputStream(bytes, 0, length);
  }

  private void reserve(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }
}
