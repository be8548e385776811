package io.adplatform.decision.targeting;

import java.util.Arrays;

/**
 * The values of one attribute that some line item includes or excludes, each with those line items.
 * Immutable once compiled; finds without allocation; any thread.
 */
final class ValueTable {
  /** No such value. */
  static final int NONE = -1;

  private final boolean folded;
  private final long[] hashes;
  private final int[] entries;
  private final byte[][] texts;
  private final OrdinalSet[] includes;
  private final OrdinalSet[] excludes;
  private final int mask;

  /**
   * A table of entries 0 to {@code hashes.length} - 1.
   *
   * @param folded whether texts are equal whatever the case of their ASCII letters
   * @param keys of numbers, spread by {@link TextHash#mix}; of texts their hash
   * @param texts null for an entry that is a number
   * @param includes null for an entry that no line item includes
   * @param excludes null for an entry that no line item excludes
   */
  ValueTable(
      boolean folded, long[] keys, byte[][] texts, OrdinalSet[] includes, OrdinalSet[] excludes) {
    this.folded = folded;
    this.texts = texts;
    this.includes = includes;
    this.excludes = excludes;
    int capacity = Math.max(2, Integer.highestOneBit(Math.max(1, keys.length)) * 4);
    mask = capacity - 1;
    hashes = new long[capacity];
    entries = new int[capacity];
    for (int entry = 0; entry < keys.length; entry++) {
      int slot = (int) keys[entry] & mask;
      while (entries[slot] != 0) {
        slot = slot + 1 & mask;
      }
      hashes[slot] = keys[entry];
      entries[slot] = entry + 1;
    }
  }

  /** Whether no line item includes or excludes any value. */
  boolean isEmpty() {
    return texts.length == 0;
  }

  /** The entry of a number, or {@link #NONE}. */
  int find(long number) {
    long hash = TextHash.mix(number);
    int slot = (int) hash & mask;
    while (entries[slot] != 0) {
      if (hashes[slot] == hash) {
        return entries[slot] - 1;
      }
      slot = slot + 1 & mask;
    }
    return NONE;
  }

  /** The entry of a text, or {@link #NONE}. */
  int find(long hash, byte[] buffer, int offset, int length) {
    int slot = (int) hash & mask;
    while (entries[slot] != 0) {
      if (hashes[slot] == hash && isText(entries[slot] - 1, buffer, offset, length)) {
        return entries[slot] - 1;
      }
      slot = slot + 1 & mask;
    }
    return NONE;
  }

  /** The entry of a text written as two with {@code =} between them, or {@link #NONE}. */
  int findPair(SpanList keys, SpanList values, int index) {
    long hash = values.hash(index);
    int slot = (int) hash & mask;
    while (entries[slot] != 0) {
      if (hashes[slot] == hash && isPair(entries[slot] - 1, keys, values, index)) {
        return entries[slot] - 1;
      }
      slot = slot + 1 & mask;
    }
    return NONE;
  }

  /** The line items that include an entry's value, or null. */
  OrdinalSet including(int entry) {
    return includes[entry];
  }

  /** The line items that exclude it, or null. */
  OrdinalSet excluding(int entry) {
    return excludes[entry];
  }

  private boolean isText(int entry, byte[] buffer, int offset, int length) {
    byte[] text = texts[entry];
    if (text.length != length) {
      return false;
    }
    return folded
        ? TextHash.equalsFolded(text, 0, buffer, offset, length)
        : equals(text, 0, buffer, offset, length);
  }

  private boolean isPair(int entry, SpanList keys, SpanList values, int index) {
    byte[] text = texts[entry];
    int keyLength = keys.length(index);
    int valueLength = values.length(index);
    return text.length == keyLength + 1 + valueLength
        && text[keyLength] == '='
        && equals(text, 0, keys.buffer(index), keys.offset(index), keyLength)
        && equals(text, keyLength + 1, values.buffer(index), values.offset(index), valueLength);
  }

  private static boolean equals(byte[] text, int from, byte[] buffer, int offset, int length) {
    return Arrays.equals(text, from, from + length, buffer, offset, offset + length);
  }
}
