package io.adplatform.rtb.event;

import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.event.RequestIdHash;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.Inventory;

/**
 * What a record says of an auction besides its candidates; filled anew for each auction by the lane
 * that owns it. Prices are CPM micros of {@link #currency}.
 */
public final class AuctionSummary {
  /** The longest side that a record holds. */
  public static final int MAX_SIDE = 0xfffe;

  /** One request in so many is drawn for a full record where a partner's share is below 1. */
  private static final long SHARE_STEPS = 1L << 20;

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

  /** The deal that the record is of, bid on or not; 0 where it is of none. */
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

  /** Takes what all imps of a request share. */
  public void request(BidRequest request, SupplyPartner of, AdQuery query, RequestIdHash hash) {
    requestIdHash = hash.of(request.bytes(), Span.offset(request.id), Span.length(request.id));
    supplyPartnerId = of.id();
    impCount = request.impCount();
    test = request.test;
    app = request.inventory.kind == Inventory.Kind.APP;
    deviceType = query.deviceType();
    country = query.country();
    long drawn = AuctionId.seed(auctionHi, auctionLo) >>> 1 & SHARE_STEPS - 1;
    detailed = of.debug() || drawn < of.recordShare() * SHARE_STEPS;
  }
}
