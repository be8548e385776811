package io.adplatform.wire.partner;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.CurrencyCode;
import java.util.Arrays;

/**
 * The slot that a partner's answer is read into (OpenRTB 2.6, 4.2.1). Its texts are spans of {@link
 * #bytes()}. One thread; reused.
 */
public final class PartnerAnswer {
  /**
   * Bids taken of one answer: as many as a request's imps may have twice over. More are passed over
   * and counted.
   */
  public static final int MAX_BIDS = 64;

  /** {@code nbr} where not given. */
  public static final int NO_REASON = -1;

  private static final int FIRST_CAPACITY = 8 * 1024;

  /** Bytes kept for the next answer. */
  private static final int KEPT_CAPACITY = 128 * 1024;

  /** {@code id}, which must be the request's. */
  public long id;

  /** {@code bidid}. */
  public long bidId;

  /** ISO 4217 number of all prices: US dollars where not given. */
  public int currency;

  /** Why there is no bid, or {@link #NO_REASON}. */
  public int noBidReason;

  /** Bids beyond {@link #MAX_BIDS}. */
  public int surplusBids;

  private final PartnerBid[] bids = new PartnerBid[MAX_BIDS];
  private int bidCount;
  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int length;

  /** The body, then room for texts whose escapes were resolved. */
  public byte[] bytes() {
    return bytes;
  }

  /** Length of the body. */
  public int length() {
    return length;
  }

  /** Begins on an empty body. */
  public void clear() {
    length = 0;
    if (bytes.length > KEPT_CAPACITY) {
      bytes = new byte[FIRST_CAPACITY];
    }
    reset();
  }

  /**
   * Makes room for more of the body, which the caller puts at the offset given, and keeps what was
   * there.
   *
   * @return the offset
   */
  public int append(int more) {
    int needed = JsonReader.capacityFor(length + more);
    if (bytes.length < needed) {
      bytes = Arrays.copyOf(bytes, Integer.highestOneBit(needed - 1) << 1);
    }
    int from = length;
    length += more;
    return from;
  }

  /** How many bids there are, bad ones too. */
  public int bidCount() {
    return bidCount;
  }

  /** A bid, by index below {@link #bidCount()}. */
  public PartnerBid bid(int index) {
    return bids[index];
  }

  /** Text of a span. Allocates: for tests. */
  public String text(long span) {
    return Span.text(bytes, span);
  }

  void reset() {
    id = Span.NONE;
    bidId = Span.NONE;
    currency = CurrencyCode.USD;
    noBidReason = NO_REASON;
    surplusBids = 0;
    bidCount = 0;
  }

  /** The next bid, reset; null where there are too many. */
  PartnerBid nextBid() {
    if (bidCount == MAX_BIDS) {
      surplusBids++;
      return null;
    }
    PartnerBid bid = bids[bidCount];
    if (bid == null) {
      bid = new PartnerBid();
      bids[bidCount] = bid;
    }
    bid.reset();
    bidCount++;
    return bid;
  }
}
