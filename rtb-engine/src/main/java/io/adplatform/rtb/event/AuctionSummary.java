package io.adplatform.rtb.event;

import io.adplatform.wire.event.Reason;

/**
 * What a record says of an auction besides its candidates; filled anew for each auction by the lane
 * that owns it. Prices are CPM micros of {@link #currency}.
 */
public final class AuctionSummary {
  public long auctionHi;
  public long auctionLo;

  /** The low half of the request's first auction: imp i has {@code firstLo + i}. */
  public long firstLo;

  public long timeMillis;

  /** Keyed hash of the SSP's request id. */
  public long requestIdHash;

  public long catalogueVersion;
  public long supplyPartnerId;
  public long floorCpmMicros;

  /** What is sent to the SSP, after the margin; 0 without a bid. */
  public long bidCpmMicros;

  /** 0 without a bid. */
  public long creativeId;

  /** 0 without a bid. */
  public long leaseId;

  /** Of the winner; 0 where its bid is on no deal, or there is none. */
  public long dealId;

  public long parseNanos;
  public long decideNanos;
  public long totalNanos;
  public int impIndex;
  public int impCount;
  public boolean test;
  public boolean detailed;
  public boolean app;
  public int deviceType;
  public int format;

  /** ISO 4217 number. */
  public int currency;

  /** Packed ISO 3166-1 alpha-3. */
  public int country;

  public int width;
  public int height;

  /** What privacy rules took away from the request, a bit each. */
  public int redactions;

  /** Whether the winner is a demand partner's bid. */
  public boolean partner;

  /** NONE for a bid. */
  public Reason reason;
}
