package io.adplatform.wire.catalogue;

/**
 * Which signal of a bid is charged, as agreed with the supply partner. The code stands in tokens.
 */
public enum BillableEvent {
  /** The impression beacon in the markup. */
  BEACON(0),
  /** The billing notice ({@code burl}) of the SSP. */
  BURL(1);

  private final int code;

  BillableEvent(int code) {
    this.code = code;
  }

  /** The number in tokens and events. */
  public int code() {
    return code;
  }
}
