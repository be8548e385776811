package io.adplatform.decision.targeting;

import java.util.Arrays;

/**
 * The texts of some lists that block, found by their hashes: an open-addressing table whose slots
 * count only where they bear the stamp of the present request, so that clearing costs nothing. A
 * list of any length is looked up in constant time. It grows to the longest lists seen, which the
 * cap on request bodies bounds, and is reused. Owned by one thread.
 */
final class BlockedTexts {
  private static final int FIRST_SLOTS = 128;

  /** One slot in so many may be taken. */
  private static final int SPARSENESS = 2;

  private final SpanList texts = new SpanList(FIRST_SLOTS / SPARSENESS);

  /** By slot: the stamp in the high half, the place in {@link #texts} in the low one. */
  private long[] slots = new long[FIRST_SLOTS];

  /** Never 0, which fresh slots bear. */
  private int stamp = 1;

  void clear() {
    texts.clear();
    renew();
  }

  /** Whether nothing was added. */
  boolean isEmpty() {
    return texts.size() == 0;
  }

  /** Adds a text to a list; the same text in two lists is two entries. */
  void add(int list, byte[] buffer, int offset, int length) {
    if ((texts.size() + 1) * SPARSENESS > slots.length) {
      grow();
    }
    texts.add(buffer, offset, length, hash(list, buffer, offset, length));
    file(texts.size() - 1);
  }

  /**
   * Whether a text is in a list, whatever the case of ASCII letters.
   *
   * @param hash {@link TextHash} of the text
   */
  boolean contains(int list, long hash, byte[] text) {
    int mask = slots.length - 1;
    int slot = (int) (hash + list) & mask;
    while (isTaken(slot)) {
      int place = (int) slots[slot];
      if (texts.hash(place) == hash + list
          && texts.length(place) == text.length
          && TextHash.equalsFolded(
              text, 0, texts.buffer(place), texts.offset(place), text.length)) {
        return true;
      }
      slot = slot + 1 & mask;
    }
    return false;
  }

  /** The hash of a text in a list. */
  static long hash(int list, byte[] buffer, int offset, int length) {
    return TextHash.of(buffer, offset, length) + list;
  }

  private void file(int place) {
    int mask = slots.length - 1;
    int slot = (int) texts.hash(place) & mask;
    while (isTaken(slot)) {
      slot = slot + 1 & mask;
    }
    slots[slot] = (long) stamp << Integer.SIZE | place;
  }

  private void grow() {
    slots = Arrays.copyOf(slots, 2 * slots.length);
    // Old entries stand where the smaller table had them.
    renew();
    for (int place = 0; place < texts.size(); place++) {
      file(place);
    }
  }

  private boolean isTaken(int slot) {
    return (int) (slots[slot] >>> Integer.SIZE) == stamp;
  }

  private void renew() {
    if (++stamp == 0) {
      Arrays.fill(slots, 0);
      stamp = 1;
    }
  }
}
