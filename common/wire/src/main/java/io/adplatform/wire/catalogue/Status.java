package io.adplatform.wire.catalogue;

/** Whether something takes part in auctions. */
public enum Status {
  ACTIVE,
  PAUSED
}
