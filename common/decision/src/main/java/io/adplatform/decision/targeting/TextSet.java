package io.adplatform.decision.targeting;

import java.util.Arrays;

/**
 * The texts of lists that a request brings, such as what it blocks, each by its {@link TextHash}
 * alone: that two texts of 64 bits have one hash by chance does not happen, and who makes such
 * texts on purpose blocks or allows more of his own request, nothing of anybody else's. A text is
 * filed once however often it comes, in an open-addressing table whose slots count only where they
 * bear the stamp of the present request, so that clearing costs nothing. Owned by one thread.
 */
final class TextSet {
  private static final int FIRST_SLOTS = 128;

  /** One slot in so many may be taken. */
  private static final int SPARSENESS = 2;

  private long[] hashes = new long[FIRST_SLOTS];

  /** By slot: the request that filed it. */
  private int[] stamps = new int[FIRST_SLOTS];

  private int size;

  /** Never 0, which fresh slots bear. */
  private int stamp = 1;

  void clear() {
    size = 0;
    if (++stamp == 0) {
      Arrays.fill(stamps, 0);
      stamp = 1;
    }
  }

  /** How many texts there are. */
  int size() {
    return size;
  }

  /** Whether nothing was added. */
  boolean isEmpty() {
    return size == 0;
  }

  /** Adds a text to a list; the same text in two lists is two. */
  void add(int list, byte[] buffer, int offset, int length) {
    if ((size + 1) * SPARSENESS > hashes.length) {
      grow();
    }
    file(hash(list, buffer, offset, length));
  }

  /**
   * Whether a text is in a list, whatever the case of ASCII letters.
   *
   * @param hash {@link TextHash} of the text
   */
  boolean contains(int list, long hash) {
    int mask = hashes.length - 1;
    long filed = hash + list;
    int slot = (int) filed & mask;
    while (stamps[slot] == stamp) {
      if (hashes[slot] == filed) {
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

  private void file(long hash) {
    int mask = hashes.length - 1;
    int slot = (int) hash & mask;
    while (stamps[slot] == stamp) {
      if (hashes[slot] == hash) {
        return;
      }
      slot = slot + 1 & mask;
    }
    hashes[slot] = hash;
    stamps[slot] = stamp;
    size++;
  }

  private void grow() {
    long[] former = hashes;
    int[] formerStamps = stamps;
    hashes = new long[2 * former.length];
    stamps = new int[2 * former.length];
    size = 0;
    for (int slot = 0; slot < former.length; slot++) {
      if (formerStamps[slot] == stamp) {
        file(former[slot]);
      }
    }
  }
}
