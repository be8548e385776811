package io.adplatform.storage.cap;

/**
 * Whose a bid is, and on which imp: what is noted of a winner.
 *
 * @param userHigh the user's hash, upper half
 * @param userLow its lower half
 * @param impHi id of the imp's auction, upper half
 * @param impLo its lower half
 */
record CapBid(long userHigh, long userLow, long impHi, long impLo) {
  private static final int DIGITS = 16;

  /** Reads what was noted: four numbers of 16 hexadecimal digits. */
  static CapBid parse(String text) {
    return new CapBid(part(text, 0), part(text, 1), part(text, 2), part(text, 3));
  }

  private static long part(String text, int index) {
    return Long.parseUnsignedLong(text, index * DIGITS, (index + 1) * DIGITS, 16);
  }
}
