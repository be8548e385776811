package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;
import io.adplatform.wire.money.CurrencyCode;

/** One {@code imp[].pmp.deals[]} (OpenRTB 2.6, 3.2.12); texts are spans of the request. */
public final class ImpDeal {
  /** Of {@link #auctionType}: that of the request holds. */
  public static final int TYPE_OF_REQUEST = 0;

  /** Of {@link #auctionType}: {@link #floorCpmMicros} is the price. */
  public static final int FIXED_PRICE = 3;

  /** {@code id}; never absent. */
  public long id;

  /** {@code id} as it was written, escapes and all: what a response echoes. */
  public long rawId;

  /** {@code bidfloor}, CPM micros of {@link #floorCurrency}; 0 where not given. */
  public long floorCpmMicros;

  /**
   * {@code bidfloorcur}, ISO 4217 number: US dollars where not given, whatever the imp's floor is
   * in; {@link CurrencyCode#UNKNOWN} where not known.
   */
  public int floorCurrency;

  /** {@code at}: 1 first price, 2 second price plus, 3 fixed, or {@link #TYPE_OF_REQUEST}. */
  public int auctionType;

  /** {@code wseat}: seats that alone may bid; empty is any. */
  public final SpanList allowedSeats = new SpanList();

  /** {@code wadomain}: advertiser domains that alone may bid; empty is any. */
  public final SpanList allowedDomains = new SpanList();

  /** {@code guar}: a guaranteed deal. */
  public boolean guaranteed;

  /** {@code mincpmpersec}, CPM micros per second of {@link #floorCurrency}; 0 where not given. */
  public long minCpmPerSecondMicros;

  /** {@code durfloors}, raw. */
  public long durationFloors;

  /** {@code ext}, raw. */
  public long ext;

  void reset() {
    id = Span.NONE;
    rawId = Span.NONE;
    floorCpmMicros = 0;
    floorCurrency = CurrencyCode.USD;
    auctionType = TYPE_OF_REQUEST;
    allowedSeats.clear();
    allowedDomains.clear();
    guaranteed = false;
    minCpmPerSecondMicros = 0;
    durationFloors = Span.NONE;
    ext = Span.NONE;
  }
}
