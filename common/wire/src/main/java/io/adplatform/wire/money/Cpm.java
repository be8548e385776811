package io.adplatform.wire.money;

/** Prices per thousand and the amounts they make. All are non-negative. */
public final class Cpm {
  /** Impressions that a CPM price buys. */
  private static final long IMPRESSIONS = 1_000;

  private static final long HALF = IMPRESSIONS / 2;

  /** A whole, in the unit of margins: hundredths of a percent. */
  public static final int BASIS_POINTS = 10_000;

  private Cpm() {}

  /** What one impression costs at a price: CPM ÷ 1,000, half-even. */
  public static long perImpression(long cpmMicros) {
    long quotient = cpmMicros / IMPRESSIONS;
    long remainder = cpmMicros % IMPRESSIONS;
    boolean up = remainder > HALF || (remainder == HALF && (quotient & 1) == 1);
    return up ? quotient + 1 : quotient;
  }

  /**
   * A price less a margin, rounded down, so that the margin is never less than agreed.
   *
   * @param cpmMicros at most {@link Decimal#MAX_MICROS}
   * @param marginBasisPoints 0 to 9,999
   */
  public static long lessMargin(long cpmMicros, int marginBasisPoints) {
    assert cpmMicros >= 0 && cpmMicros <= Decimal.MAX_MICROS : cpmMicros;
    return cpmMicros * (BASIS_POINTS - marginBasisPoints) / BASIS_POINTS;
  }

  /**
   * The lowest price that {@link #lessMargin} leaves an amount of.
   *
   * @param cpmMicros at most {@link Decimal#MAX_MICROS}
   * @param marginBasisPoints 0 to 9,999
   */
  public static long beforeMargin(long cpmMicros, int marginBasisPoints) {
    assert cpmMicros >= 0 && cpmMicros <= Decimal.MAX_MICROS : cpmMicros;
    long kept = BASIS_POINTS - marginBasisPoints;
    return (cpmMicros * BASIS_POINTS + kept - 1) / kept;
  }
}
