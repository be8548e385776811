package io.adplatform.wire.partner;

import io.adplatform.wire.openrtb.BidRequest;

/**
 * What one partner is asked about one request, beside what the SSP sent. Reused by one thread; all
 * of it is set before each {@link PartnerRequestWriter#write}.
 */
public final class PartnerQuestion {
  /** Time that is left for the answer, network included, milliseconds. */
  public int tmaxMillis;

  /** Imps that it is asked about, by {@link io.adplatform.wire.openrtb.Imp#position}, as bits. */
  public int imps;

  /** Those of them of which all must be https. */
  public int secureImps;

  /** {@link io.adplatform.wire.privacy.PersonalField}s that it must not see. */
  public int redactions;

  /** Seats of its own that may bid, as {@link PartnerForm#seats} gives them. */
  public long seats;

  /** {@code sid} of our node in the supply chain: who sells to us. */
  public long sellerId;

  /** The auction, which stands as {@code source.tid} where the SSP gave none. */
  public long auctionHi;

  public long auctionLo;

  /** ISO 4217 number of the one currency that it may bid in. */
  public int currency;

  /** Whether the imps' floors are written anew: they are then {@link #floors}. */
  public boolean otherFloors;

  /** By position, CPM micros of {@link #currency}; 0 for no floor. */
  public final long[] floors = new long[BidRequest.MAX_IMPS];
}
