package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;
import io.adplatform.wire.money.CurrencyCode;

/**
 * Reads a bid request, OpenRTB 2.5 or 2.6, from the bytes in a slot into its fields. Members that
 * are not modelled are checked as JSON and kept as spans. What is tolerated and what is refused
 * stands in {@code docs/openrtb.md}. One thread; allocates nothing after warm-up.
 */
public final class OpenRtbReader {
  private static final int ID = 0;
  private static final int IMP = 1;
  private static final int SITE = 2;
  private static final int APP = 3;
  private static final int DOOH = 4;
  private static final int DEVICE = 5;
  private static final int USER = 6;
  private static final int REGS = 7;
  private static final int SOURCE = 8;
  private static final int AT = 9;
  private static final int TMAX = 10;
  private static final int TEST = 11;
  private static final int CUR = 12;
  private static final int BCAT = 13;
  private static final int BADV = 14;
  private static final int EXT = 15;
  private static final int WSEAT = 16;
  private static final int BSEAT = 17;
  private static final int ALLIMPS = 18;
  private static final int WLANG = 19;
  private static final int WLANGB = 20;
  private static final int ACAT = 21;
  private static final int CATTAX = 22;
  private static final int BAPP = 23;
  private static final KeyTable KEYS =
      new KeyTable(
          "id", "imp", "site", "app", "dooh", "device", "user", "regs", "source", "at", "tmax",
          "test", "cur", "bcat", "badv", "ext", "wseat", "bseat", "allimps", "wlang", "wlangb",
          "acat", "cattax", "bapp");

  /** Longest {@code tmax} read out of a text: it fits an {@code int}. */
  private static final int MAX_TMAX_DIGITS = 9;

  private final JsonReader json = new JsonReader();
  private final ImpReader imps = new ImpReader();
  private final InventoryReader inventories = new InventoryReader();
  private final DeviceReader devices = new DeviceReader();
  private final UserReader users = new UserReader();
  private int failureOffset;
  private int inventoryCount;
  private boolean repeatedImpId;
  private int badImpOffset;
  private final SpanList impIds = new SpanList();

  /**
   * Reads the body that {@link BidRequest#receive} made room for.
   *
   * @return NONE where it is a request with at least one imp that can be auctioned; otherwise why
   *     it is refused, and the slot's fields mean nothing
   */
  public ReadFailure read(BidRequest request) {
    request.reset();
    inventoryCount = 0;
    repeatedImpId = false;
    badImpOffset = 0;
    impIds.clear();
    json.begin(request.bytes(), request.length());
    readRequest(request);
    json.finish();
    ReadFailure failure = json.failure();
    failureOffset = json.failureOffset();
    if (failure == ReadFailure.NONE) {
      failure = json.takeFault();
      failureOffset = json.faultOffset();
    }
    return failure == ReadFailure.NONE ? judge(request) : failure;
  }

  /** Where in the body the last refused request went wrong, as far as it can be said. */
  public int failureOffset() {
    return failureOffset;
  }

  private ReadFailure judge(BidRequest request) {
    failureOffset = 0;
    if (Span.length(request.id) == 0) {
      return ReadFailure.NO_ID;
    }
    if (inventoryCount > 1) {
      return ReadFailure.SEVERAL_INVENTORIES;
    }
    if (repeatedImpId) {
      return ReadFailure.DUPLICATE_IMP_ID;
    }
    if (request.impCount() > 0) {
      return ReadFailure.NONE;
    }
    failureOffset = badImpOffset;
    return request.badImps > 0 ? request.firstBadImp : ReadFailure.NO_IMP;
  }

  private void readRequest(BidRequest request) {
    if (!json.enterObject()) {
      return;
    }
    long seen = 0;
    int field;
    while ((field = json.nextField(KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        request.unknown.add(json.member());
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case ID -> {
          request.id = json.readText();
          request.rawId = json.rawText();
        }
        case IMP -> readImps(request);
        case SITE -> readInventory(request, Inventory.Kind.SITE);
        case APP -> readInventory(request, Inventory.Kind.APP);
        case DOOH -> readInventory(request, Inventory.Kind.DOOH);
        case DEVICE -> devices.read(json, request);
        case USER -> users.readUser(json, request);
        case REGS -> users.readRegs(json, request);
        case SOURCE -> request.source = json.readRawObject();
        case AT -> request.auctionType = json.readInt(2);
        case TMAX -> request.tmaxMillis = readTmax(request);
        case TEST -> request.test = json.readInt(0) == 1;
        case EXT -> request.ext = json.readRawObject();
        default -> readRestriction(request, field);
      }
    }
  }

  private void readRestriction(BidRequest request, int field) {
    switch (field) {
      case CUR -> readCurrencies(request);
      case BCAT -> json.readTexts(request.blockedCategories);
      case BADV -> json.readTexts(request.blockedAdvertisers);
      case WSEAT -> json.readTexts(request.allowedSeats);
      case BSEAT -> json.readTexts(request.blockedSeats);
      case ALLIMPS -> request.allImps = json.readInt(0) == 1;
      case WLANG -> json.readTexts(request.languages);
      case WLANGB -> json.readTexts(request.languageTags);
      case ACAT -> json.readTexts(request.allowedCategories);
      case CATTAX -> request.categoryTaxonomy = json.readInt(1);
      case BAPP -> json.readTexts(request.blockedApps);
      default -> throw new IllegalStateException("field " + field);
    }
  }

  private void readInventory(BidRequest request, Inventory.Kind kind) {
    if (inventories.read(json, request, kind)) {
      inventoryCount++;
    }
  }

  private void readCurrencies(BidRequest request) {
    if (json.enterArray()) {
      while (json.nextElement()) {
        long letters = json.readText();
        if (letters != Span.NONE) {
          request.currencies.add(
              CurrencyCode.numeric(request.bytes(), Span.offset(letters), Span.length(letters)));
        }
      }
    }
  }

  /** A number, or (as some send it) a text: its number where it is one, else not given. */
  private int readTmax(BidRequest request) {
    if (json.next() != '"') {
      int millis = json.readInt(Integer.MIN_VALUE);
      return millis == Integer.MIN_VALUE ? BidRequest.NO_TMAX : Math.max(0, millis);
    }
    long text = json.readText();
    int length = Span.length(text);
    if (length == 0 || length > MAX_TMAX_DIGITS) {
      return BidRequest.NO_TMAX;
    }
    int millis = 0;
    for (int i = Span.offset(text); i < Span.end(text); i++) {
      int digit = request.bytes()[i] - '0';
      if (digit < 0 || digit > 9) {
        return BidRequest.NO_TMAX;
      }
      millis = millis * 10 + digit;
    }
    return millis;
  }

  private void readImps(BidRequest request) {
    if (!json.enterArray()) {
      return;
    }
    ReadFailure fault = json.takeFault();
    int offset = json.faultOffset();
    for (int position = 0; json.nextElement(); position++) {
      if (position >= BidRequest.MAX_IMPS) {
        json.skip();
        request.surplusImps++;
        continue;
      }
      readImp(request, position);
    }
    if (fault != ReadFailure.NONE) {
      json.restoreFault(fault, offset);
    }
  }

  private void readImp(BidRequest request, int position) {
    Imp imp = request.nextImp();
    imp.position = position;
    imps.read(json, request, imp);
    ReadFailure fault = json.takeFault();
    if (fault == ReadFailure.NONE && Span.length(imp.id) == 0) {
      fault = ReadFailure.NO_IMP_ID;
    }
    if (imp.id != Span.NONE) {
      repeatedImpId |= isRepeated(request, imp.id);
      impIds.add(imp.id);
    }
    if (fault == ReadFailure.NONE) {
      request.keepImp();
    } else {
      request.badImps++;
      if (request.firstBadImp == ReadFailure.NONE) {
        request.firstBadImp = fault;
        badImpOffset = json.faultOffset();
      }
    }
  }

  private boolean isRepeated(BidRequest request, long id) {
    for (int i = 0; i < impIds.size(); i++) {
      if (Span.sameText(request.bytes(), impIds.get(i), id)) {
        return true;
      }
    }
    return false;
  }
}
