package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.IntList;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.nativead.NativeTerms;
import java.util.Arrays;

/**
 * One {@code imp} with its {@code banner} (OpenRTB 2.6, 3.2.4 to 3.2.11); texts are spans of the
 * request.
 */
public final class Imp {
  /**
   * Deals read of one imp; those after are dropped and counted. Honest imps have a dozen: the bound
   * keeps a slot small, and what a lane does per imp.
   */
  public static final int MAX_DEALS = 64;

  private static final int FIRST_DEALS = 4;

  /** One, in millionths. */
  public static final long ONE = 1_000_000;

  /** {@code imp[].id}; never absent. */
  public long id;

  /** {@code imp[].id} as it was written, escapes and all: what a response echoes. */
  public long rawId;

  /** Position in the request's {@code imp}, from 0; bad imps count. */
  public int position;

  /** Whether a banner is offered. */
  public boolean banner;

  /** {@code banner.w} in device independent pixels; 0 where not given. */
  public int width;

  /** {@code banner.h} in device independent pixels; 0 where not given. */
  public int height;

  /** {@code banner.format[].w}, 0 where not given. */
  public final IntList formatWidths = new IntList();

  /** {@code banner.format[].h}, as many as {@link #formatWidths}. */
  public final IntList formatHeights = new IntList();

  /** Blocked AdCOM banner types. */
  public final IntList blockedTypes = new IntList();

  /** Blocked AdCOM creative attributes. */
  public final IntList blockedAttributes = new IntList();

  /** AdCOM API frameworks. */
  public final IntList apis = new IntList();

  /** {@code banner.mimes}; empty is any. */
  public final SpanList mimes = new SpanList();

  /** AdCOM placement position; -1 where not given. */
  public int placementPosition;

  /** 1: in the top frame; -1 where not given. */
  public int topFrame;

  /** {@code video}, raw, where offered. */
  public long video;

  /** {@code video}, read. */
  public final Video videoTerms = new Video();

  /** {@code audio}, raw, where offered. */
  public long audio;

  /** {@code native}, raw, where offered. */
  public long nativeAd;

  /** {@code native}, read, with the request object in it. */
  public final NativeTerms nativeTerms = new NativeTerms();

  /**
   * {@code qty.multiplier} in millionths: impressions that one bid pays; 1,000,000 if not given.
   */
  public long quantityMillionths;

  /** Interstitial or full screen. */
  public boolean interstitial;

  /** Rewarded. */
  public boolean rewarded;

  /** Name of the placement. */
  public long tagId;

  /** Least price in CPM micros of {@link #floorCurrency}; 0 where not given. */
  public long floorCpmMicros;

  /** ISO 4217 number; US dollars where not given, {@link CurrencyCode#UNKNOWN} where not known. */
  public int floorCurrency;

  /** 1: everything must be https; -1 where not given. */
  public int secure;

  /** Advice on the seconds between auction and impression; -1 where not given. */
  public int expirySeconds;

  /** {@code pmp.private_auction}: only deals may bid. */
  public boolean privateAuction;

  /** {@code pmp}, raw. */
  public long pmp;

  /** {@code pmp.deals}, raw. */
  public long deals;

  private ImpDeal[] readDeals = new ImpDeal[FIRST_DEALS];
  private int dealCount;

  /** {@code ext.data}: key, value, key, value…; a list of values repeats its key. */
  public final SpanList keyValues = new SpanList();

  /** {@code ext}, raw. */
  public long ext;

  /** The whole object, raw. */
  public long whole;

  /** How many deals it has. */
  public int dealCount() {
    return dealCount;
  }

  /** A deal, by index below {@link #dealCount()}. */
  public ImpDeal deal(int index) {
    return readDeals[index];
  }

  /** The next free deal, reset; it counts once {@link #keepDeal()} is called. */
  ImpDeal nextDeal() {
    if (dealCount == readDeals.length) {
      readDeals = Arrays.copyOf(readDeals, 2 * dealCount);
    }
    ImpDeal deal = readDeals[dealCount];
    if (deal == null) {
      deal = new ImpDeal();
      readDeals[dealCount] = deal;
    }
    deal.reset();
    return deal;
  }

  void keepDeal() {
    dealCount++;
  }

  void reset() {
    id = Span.NONE;
    rawId = Span.NONE;
    position = 0;
    banner = false;
    width = 0;
    height = 0;
    formatWidths.clear();
    formatHeights.clear();
    blockedTypes.clear();
    blockedAttributes.clear();
    apis.clear();
    mimes.clear();
    placementPosition = -1;
    topFrame = -1;
    video = Span.NONE;
    videoTerms.reset();
    audio = Span.NONE;
    nativeAd = Span.NONE;
    nativeTerms.reset();
    quantityMillionths = ONE;
    interstitial = false;
    rewarded = false;
    tagId = Span.NONE;
    floorCpmMicros = 0;
    floorCurrency = CurrencyCode.USD;
    secure = -1;
    expirySeconds = -1;
    privateAuction = false;
    pmp = Span.NONE;
    deals = Span.NONE;
    dealCount = 0;
    keyValues.clear();
    ext = Span.NONE;
    whole = Span.NONE;
  }
}
