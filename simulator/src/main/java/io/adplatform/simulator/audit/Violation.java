package io.adplatform.simulator.audit;

/** An invariant of money did not hold. */
public final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String invariant;
  private final long atMillis;

  /**
   * A violation.
   *
   * @param invariant which one, in few words that are the same whenever it is violated
   * @param atMillis since the simulation's start
   */
  public Violation(String invariant, String details, long atMillis) {
    super(invariant + ": " + details + " (after " + atMillis / 1_000 + " s)");
    this.invariant = invariant;
    this.atMillis = atMillis;
  }

  /** Which invariant. */
  public String invariant() {
    return invariant;
  }

  /** When, in milliseconds since the simulation's start. */
  public long atMillis() {
    return atMillis;
  }
}
