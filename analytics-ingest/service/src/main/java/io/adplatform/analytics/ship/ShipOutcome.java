package io.adplatform.analytics.ship;

/** What the shipper did; each is counted. */
public enum ShipOutcome {
  SIGNAL,
  AUCTION,
  DETAIL,
  MARK,
  /** A record that is none of these: passed over. */
  UNREADABLE,
  /** Sending failed; everything not acknowledged is sent again. */
  FAILURE
}
