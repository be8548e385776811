package io.adplatform.decision.frequency;

/**
 * Takes what became of bids with caps into the counters. Calls may be repeated: each bid counts
 * once. Of one thread, which is behind the lanes and may wait.
 */
public interface CapCounter extends AutoCloseable {
  /**
   * Counts an impression, at the next {@link #flush()}: its reservation ends. Nothing happens where
   * the bid is not known any more.
   *
   * @param scopes of the bid's line item
   * @param timeMillis when it was seen, since 1970
   */
  void seen(CapScope[] scopes, long auctionHi, long auctionLo, long timeMillis);

  /** Ends the reservation of a bid that lost, at the next {@link #flush()}. */
  void lost(CapScope[] scopes, long auctionHi, long auctionLo);

  /**
   * Does all that was given since the last time, and waits until it is done.
   *
   * @return how many bids were known
   * @throws java.io.UncheckedIOException where it is not known to be done; all of it is then to be
   *     given again
   */
  int flush();

  @Override
  void close();
}
