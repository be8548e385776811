package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.IntList;
import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;

/**
 * The slot that a bid request is read into (OpenRTB 2.6, 3.2.1). Its texts are spans of {@link
 * #bytes()}; all of it holds until the next body is received. One thread.
 */
public final class BidRequest {
  /**
   * Imps that take part in auctions; those after are dropped and counted. Real requests have one to
   * a dozen; the bound keeps a slot small and the check for repeated ids cheap.
   */
  public static final int MAX_IMPS = 32;

  /** Of {@link #tmaxMillis} where the request has none. */
  public static final int NO_TMAX = -1;

  /** {@code id}; never absent. */
  public long id;

  /** {@code id} as it was written, escapes and all: what a response echoes. */
  public long rawId;

  /** {@code at}: 1 first price, 2 second price (also where not given), 500 and more: agreed. */
  public int auctionType;

  /** Time for the answer, network included, from 0; or {@link #NO_TMAX}. */
  public int tmaxMillis;

  /** {@code test}: auctioned, but neither billed nor counted. */
  public boolean test;

  /** All imps on one page can be bought together. */
  public boolean allImps;

  /** ISO 4217 numbers of {@code cur}, those unknown left as 0; empty is any. */
  public final IntList currencies = new IntList();

  /** Buyer seats that alone may bid. */
  public final SpanList allowedSeats = new SpanList();

  /** Buyer seats that may not bid. */
  public final SpanList blockedSeats = new SpanList();

  /** {@code wlang}, ISO 639-1. */
  public final SpanList languages = new SpanList();

  /** {@code wlangb}, BCP 47. */
  public final SpanList languageTags = new SpanList();

  /** {@code acat}: categories that alone may bid. */
  public final SpanList allowedCategories = new SpanList();

  /** {@code bcat}. */
  public final SpanList blockedCategories = new SpanList();

  /** {@code badv}: blocked advertiser domains. */
  public final SpanList blockedAdvertisers = new SpanList();

  /** {@code bapp}: blocked advertised apps. */
  public final SpanList blockedApps = new SpanList();

  /** Taxonomy of bcat and acat, 1 where not given. */
  public int categoryTaxonomy;

  public final Inventory inventory = new Inventory();
  public final Device device = new Device();
  public final User user = new User();
  public final Regs regs = new Regs();

  /** {@code source}, raw. */
  public long source;

  /** {@code ext}, raw. */
  public long ext;

  /**
   * Members that are not modelled, whole (from the key's quote to the value's end), of all objects
   * read, in the order they stand.
   */
  public final SpanList unknown = new SpanList();

  /** Imps beyond {@link #MAX_IMPS}, dropped. */
  public int surplusImps;

  /** Imps that could not be read, dropped. */
  public int badImps;

  /** What was wrong with the first of them; NONE where all were good. */
  public ReadFailure firstBadImp = ReadFailure.NONE;

  /** Deals beyond {@link Imp#MAX_DEALS} of an imp, dropped. */
  public int surplusDeals;

  /** Deals without an id, or with a field that nobody can read, dropped. */
  public int badDeals;

  private static final int FIRST_CAPACITY = 16 * 1024;

  private final Imp[] imps = new Imp[MAX_IMPS];
  private int impCount;
  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int length;

  /** The body, then zeros, then texts whose escapes were resolved. */
  public byte[] bytes() {
    return bytes;
  }

  /** Length of the body. */
  public int length() {
    return length;
  }

  /**
   * Makes room for a body; the caller then puts it at the start of {@link #bytes()}.
   *
   * @param bodyLength in bytes
   * @return {@link #bytes()}, which is another array than before where it had to grow
   */
  public byte[] receive(int bodyLength) {
    length = bodyLength;
    int needed = JsonReader.capacityFor(bodyLength);
    if (bytes.length < needed) {
      bytes = new byte[Integer.highestOneBit(needed - 1) << 1];
    }
    return bytes;
  }

  /** How many imps take part. */
  public int impCount() {
    return impCount;
  }

  /** An imp that takes part, by index below {@link #impCount()}. */
  public Imp imp(int index) {
    return imps[index];
  }

  /** Text of a span. Allocates: for tests, debug answers and logs. */
  public String text(long span) {
    return Span.text(bytes, span);
  }

  void reset() {
    id = Span.NONE;
    rawId = Span.NONE;
    auctionType = 2;
    tmaxMillis = NO_TMAX;
    test = false;
    allImps = false;
    currencies.clear();
    allowedSeats.clear();
    blockedSeats.clear();
    languages.clear();
    languageTags.clear();
    allowedCategories.clear();
    blockedCategories.clear();
    blockedAdvertisers.clear();
    blockedApps.clear();
    categoryTaxonomy = 1;
    inventory.reset();
    device.reset();
    user.reset();
    regs.reset();
    source = Span.NONE;
    ext = Span.NONE;
    unknown.clear();
    surplusImps = 0;
    badImps = 0;
    surplusDeals = 0;
    badDeals = 0;
    firstBadImp = ReadFailure.NONE;
    impCount = 0;
  }

  /** The next free imp, reset; it takes part once {@link #keepImp()} is called. */
  Imp nextImp() {
    Imp imp = imps[impCount];
    if (imp == null) {
      imp = new Imp();
      imps[impCount] = imp;
    }
    imp.reset();
    return imp;
  }

  void keepImp() {
    impCount++;
  }
}
