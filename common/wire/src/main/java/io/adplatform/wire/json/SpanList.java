package io.adplatform.wire.json;

import java.util.Arrays;

/** Spans in order; grows to the largest request seen and is then reused. */
public final class SpanList {
  private static final int FIRST_CAPACITY = 8;

  private long[] spans = new long[FIRST_CAPACITY];
  private int size;

  /** How many. */
  public int size() {
    return size;
  }

  /** The span at an index below {@link #size()}. */
  public long get(int index) {
    return spans[index];
  }

  /** Appends. */
  public void add(long span) {
    if (size == spans.length) {
      spans = Arrays.copyOf(spans, size * 2);
    }
    spans[size++] = span;
  }

  /** Empties it. */
  public void clear() {
    size = 0;
  }
}
