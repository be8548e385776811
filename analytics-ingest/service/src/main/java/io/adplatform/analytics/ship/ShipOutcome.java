package io.adplatform.analytics.ship;

/** What the shipper did; each is counted. */
public enum ShipOutcome {
  SIGNAL,
  AUCTION,
  DETAIL,
  PARTNER_BID,
  MARK,
  /** A record that is none of these: passed over. */
  UNREADABLE,
  /** A damaged stretch of a recording: passed over. */
  DAMAGED,
  /** A recording that could not be read or deleted for now; the others go on. */
  RECORDING_FAULT,
  /** The file of positions was not written; a restart would send again what it does not name. */
  UNSAVED,
  /** Sending failed; everything not acknowledged is sent again. */
  FAILURE
}
