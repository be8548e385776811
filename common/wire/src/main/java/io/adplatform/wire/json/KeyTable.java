package io.adplatform.wire.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds a member's field by its key: a perfect hash over the key's bytes as two words, so that a
 * look-up is one multiplication and two comparisons. Immutable.
 */
public final class KeyTable {
  /** Not a key of the table. */
  public static final int UNKNOWN = -1;

  /** Longest key a table can hold: two words, of which the last byte stays free. */
  public static final int MAX_KEY_LENGTH = 15;

  /** Slots per key: sparse enough for a multiplier to be found within a few tries. */
  private static final int SLOTS_PER_KEY = 4;

  private static final long SECOND_WORD_MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final int WORD = 8;

  /** Per slot: first word, second word, length in the upper and field in the lower half. */
  private final long[] slots;

  private final long multiplier;
  private final int shift;

  /**
   * @param keys the key of field 0, 1, …; ASCII, at most {@link #MAX_KEY_LENGTH} long, at most 64
   *     of them
   */
  public KeyTable(String... keys) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(keys.length * SLOTS_PER_KEY - 1);
    shift = Long.SIZE - bits;
    slots = new long[3 << bits];
    long candidate = SECOND_WORD_MULTIPLIER;
    while (!fill(keys, candidate)) {
      candidate = candidate * 0xD1342543DE82EF95L + 0x2545F4914F6CDD1DL | 1;
    }
    multiplier = candidate;
  }

  private boolean fill(String[] keys, long candidate) {
    Arrays.fill(slots, -1);
    for (int field = 0; field < keys.length; field++) {
      byte[] key = Arrays.copyOf(keys[field].getBytes(StandardCharsets.US_ASCII), 2 * WORD);
      int length = keys[field].length();
      assert length > 0 && length <= MAX_KEY_LENGTH : keys[field];
      long first = JsonReader.word(key, 0);
      long second = JsonReader.word(key, WORD);
      int slot = slot(first, second, candidate);
      if (slots[slot + 2] != -1) {
        return false;
      }
      slots[slot] = first;
      slots[slot + 1] = second;
      slots[slot + 2] = (long) length << 32 | field;
    }
    return true;
  }

  /**
   * The field of a key.
   *
   * @param first its first eight bytes as a little-endian word, zeros after its end
   * @param second its bytes from the ninth on, likewise
   * @return its number, or {@link #UNKNOWN}
   */
  public int find(long first, long second, int length) {
    int slot = slot(first, second, multiplier);
    long end = slots[slot + 2];
    return slots[slot] == first && slots[slot + 1] == second && (int) (end >>> 32) == length
        ? (int) end
        : UNKNOWN;
  }

  private int slot(long first, long second, long by) {
    return 3 * (int) ((first ^ second * SECOND_WORD_MULTIPLIER) * by >>> shift);
  }
}
