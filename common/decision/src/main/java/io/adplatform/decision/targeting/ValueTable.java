package io.adplatform.decision.targeting;

import java.util.List;

/**
 * The values of one attribute that some line item includes or excludes, each with those line items.
 * Immutable once compiled; finds without allocation; any thread.
 */
final class ValueTable {
  private final boolean folded;
  private final Entry[] slots;
  private final int count;

  /**
   * A table of some values.
   *
   * @param folded whether texts are equal whatever the case of their ASCII letters
   */
  ValueTable(boolean folded, List<Entry> entries) {
    this.folded = folded;
    count = entries.size();
    slots = new Entry[Math.max(2, Integer.highestOneBit(Math.max(1, count)) * 4)];
    for (Entry entry : entries) {
      int slot = (int) entry.hash & slots.length - 1;
      while (slots[slot] != null) {
        slot = slot + 1 & slots.length - 1;
      }
      slots[slot] = entry;
    }
  }

  /**
   * A value.
   *
   * @param number of the value among those of its attribute, from 0
   * @param hash of a number, or of a text, by {@link TextHash}
   * @param text null where it is a number
   * @param including the line items that include it, or null
   * @param excluding those that exclude it, or null
   */
  record Entry(int number, long hash, byte[] text, OrdinalSet including, OrdinalSet excluding) {}

  /** Whether no line item includes or excludes any value. */
  boolean isEmpty() {
    return count == 0;
  }

  /** The entry of a number, or null. */
  Entry find(long number) {
    long hash = TextHash.of(number);
    int slot = (int) hash & slots.length - 1;
    while (slots[slot] != null && slots[slot].hash != hash) {
      slot = slot + 1 & slots.length - 1;
    }
    return slots[slot];
  }

  /** The entry of one of some texts, or null. */
  Entry find(SpanList texts, int i) {
    return find(texts.hash(i), texts.buffer(i), texts.offset(i), texts.length(i));
  }

  /** The entry of the nearest category above one of some texts, cut off at each hyphen, or null. */
  Entry findAbove(SpanList texts, int i) {
    byte[] buffer = texts.buffer(i);
    int offset = texts.offset(i);
    Entry entry = null;
    for (int end = texts.length(i) - 1; end > 0 && entry == null; end--) {
      if (buffer[offset + end] == '-') {
        entry = find(TextHash.of(buffer, offset, end), buffer, offset, end);
      }
    }
    return entry;
  }

  /** The entry of a text, or null. */
  Entry find(long hash, byte[] buffer, int offset, int length) {
    int slot = (int) hash & slots.length - 1;
    while (slots[slot] != null && !isText(slots[slot], hash, buffer, offset, length)) {
      slot = slot + 1 & slots.length - 1;
    }
    return slots[slot];
  }

  private boolean isText(Entry entry, long hash, byte[] buffer, int offset, int length) {
    byte[] text = entry.text;
    if (entry.hash != hash || text.length != length) {
      return false;
    }
    return folded
        ? TextHash.equalsFolded(text, 0, buffer, offset, length)
        : TextHash.equals(text, 0, buffer, offset, length);
  }
}
