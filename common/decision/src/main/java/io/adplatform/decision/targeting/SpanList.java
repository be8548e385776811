package io.adplatform.decision.targeting;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Texts of a request, each a span of a buffer and its hash. It grows to the longest list seen,
 * which the cap on request bodies bounds, and is reused. Owned by one thread.
 */
public final class SpanList {
  private byte[][] buffers;
  private int[] offsets;
  private int[] lengths;
  private long[] hashes;
  private int size;

  SpanList(int capacity) {
    buffers = new byte[capacity][];
    offsets = new int[capacity];
    lengths = new int[capacity];
    hashes = new long[capacity];
  }

  /** How many texts there are. */
  public int size() {
    return size;
  }

  /** A text, copied. Allocates: for tests and explaining. */
  public String text(int index) {
    return new String(buffers[index], offsets[index], lengths[index], StandardCharsets.UTF_8);
  }

  void clear() {
    size = 0;
  }

  /** Keeps the first so many. */
  void cutOff(int count) {
    size = count;
  }

  void add(byte[] buffer, int offset, int length) {
    add(buffer, offset, length, TextHash.of(buffer, offset, length));
  }

  void add(byte[] buffer, int offset, int length, long hash) {
    if (size == offsets.length) {
      grow();
    }
    if (buffers[size] != buffer) {
      // Mostly it is the same as for the request before, and a reference is dear to write.
      buffers[size] = buffer;
    }
    offsets[size] = offset;
    lengths[size] = length;
    hashes[size] = hash;
    size++;
  }

  byte[] buffer(int index) {
    return buffers[index];
  }

  int offset(int index) {
    return offsets[index];
  }

  int length(int index) {
    return lengths[index];
  }

  long hash(int index) {
    return hashes[index];
  }

  private void grow() {
    int capacity = 2 * size;
    buffers = Arrays.copyOf(buffers, capacity);
    offsets = Arrays.copyOf(offsets, capacity);
    lengths = Arrays.copyOf(lengths, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
  }
}
