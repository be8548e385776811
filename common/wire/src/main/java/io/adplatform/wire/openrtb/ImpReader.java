package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.money.Decimal;

/** Reads one {@code imp}. What is wrong with it is left as a fault of the {@link JsonReader}. */
final class ImpReader {
  private static final int ID = 0;
  private static final int BANNER = 1;
  private static final int VIDEO = 2;
  private static final int AUDIO = 3;
  private static final int NATIVE = 4;
  private static final int BIDFLOOR = 5;
  private static final int BIDFLOORCUR = 6;
  private static final int TAGID = 7;
  private static final int SECURE = 8;
  private static final int INSTL = 9;
  private static final int EXP = 10;
  private static final int PMP = 11;
  private static final int EXT = 12;
  private static final int RWDD = 13;
  private static final int QTY = 14;
  private static final KeyTable KEYS =
      new KeyTable(
          "id",
          "banner",
          "video",
          "audio",
          "native",
          "bidfloor",
          "bidfloorcur",
          "tagid",
          "secure",
          "instl",
          "exp",
          "pmp",
          "ext",
          "rwdd",
          "qty");

  private static final int W = 0;
  private static final int H = 1;
  private static final int FORMAT = 2;
  private static final int BTYPE = 3;
  private static final int BATTR = 4;
  private static final int POS = 5;
  private static final int TOPFRAME = 6;
  private static final int API = 7;
  private static final int MIMES = 8;
  private static final KeyTable BANNER_KEYS =
      new KeyTable("w", "h", "format", "btype", "battr", "pos", "topframe", "api", "mimes");
  private static final KeyTable FORMAT_KEYS = new KeyTable("w", "h");

  private static final int PRIVATE_AUCTION = 0;
  private static final int DEALS = 1;
  private static final KeyTable PMP_KEYS = new KeyTable("private_auction", "deals");

  private static final int DEAL_ID = 0;
  private static final int DEAL_FLOOR = 1;
  private static final int DEAL_FLOORCUR = 2;
  private static final int DEAL_AT = 3;
  private static final int WSEAT = 4;
  private static final int WADOMAIN = 5;
  private static final int GUAR = 6;
  private static final int MINCPMPERSEC = 7;
  private static final int DURFLOORS = 8;
  private static final int DEAL_EXT = 9;
  private static final KeyTable DEAL_KEYS =
      new KeyTable(
          "id",
          "bidfloor",
          "bidfloorcur",
          "at",
          "wseat",
          "wadomain",
          "guar",
          "mincpmpersec",
          "durfloors",
          "ext");

  private static final KeyTable QTY_KEYS = new KeyTable("multiplier");

  private final VideoReader videos = new VideoReader();
  private final NativeReader natives = new NativeReader();

  void read(JsonReader json, BidRequest request, Imp imp) {
    int start = json.valueStart();
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
      if (field == SECURE) {
        readSecure(json, imp);
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case ID -> {
          imp.id = json.readText();
          imp.rawId = json.rawText();
        }
        case BANNER -> readBanner(json, request, imp);
        case VIDEO -> imp.video = videos.read(json, request, imp.videoTerms);
        case AUDIO -> imp.audio = json.readRawObject();
        case NATIVE -> imp.nativeAd = natives.read(json, request, imp.nativeTerms);
        case BIDFLOOR -> imp.floorCpmMicros = readPrice(json);
        case BIDFLOORCUR -> imp.floorCurrency = readCurrency(json, request);
        case TAGID -> imp.tagId = json.readText();
        case INSTL -> imp.interstitial = json.readInt(0) == 1;
        case EXP -> imp.expirySeconds = Math.max(-1, json.readInt(-1));
        case PMP -> readPmp(json, request, imp);
        case EXT -> imp.ext = ExtReader.readData(json, imp.keyValues);
        case QTY -> readQuantity(json, request, imp);
        case RWDD -> imp.rewarded = json.readInt(0) == 1;
        default -> throw new IllegalStateException("field " + field);
      }
    }
    imp.whole = json.since(start);
  }

  /**
   * Real requests have {@code secure} twice, even with two values: there the safe one holds, so
   * that nothing is left to guess.
   */
  private static void readSecure(JsonReader json, Imp imp) {
    imp.secure = Math.max(imp.secure, json.readInt(-1));
  }

  private static long readPrice(JsonReader json) {
    long micros = json.readMicros(0);
    if (micros == Decimal.TOO_LARGE || micros < 0) {
      json.fault(ReadFailure.OUT_OF_RANGE);
      return 0;
    }
    return micros;
  }

  private static int readCurrency(JsonReader json, BidRequest request) {
    long letters = json.readText();
    return letters == Span.NONE
        ? CurrencyCode.USD
        : CurrencyCode.numeric(request.bytes(), Span.offset(letters), Span.length(letters));
  }

  private static void readQuantity(JsonReader json, BidRequest request, Imp imp) {
    if (!json.enterObject()) {
      return;
    }
    long seen = 0;
    int field;
    while ((field = json.nextField(QTY_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        request.unknown.add(json.member());
        continue;
      }
      seen = json.once(seen, field);
      long multiplier = json.readMicros(Imp.ONE);
      if (multiplier == Decimal.TOO_LARGE || multiplier <= 0) {
        json.fault(ReadFailure.OUT_OF_RANGE);
      } else {
        imp.quantityMillionths = multiplier;
      }
    }
  }

  private static void readBanner(JsonReader json, BidRequest request, Imp imp) {
    if (!json.enterObject()) {
      return;
    }
    imp.banner = true;
    long seen = 0;
    int field;
    while ((field = json.nextField(BANNER_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        request.unknown.add(json.member());
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case W -> imp.width = readSize(json);
        case H -> imp.height = readSize(json);
        case FORMAT -> readFormats(json, request, imp);
        case BTYPE -> json.readInts(imp.blockedTypes);
        case BATTR -> json.readInts(imp.blockedAttributes);
        case POS -> imp.placementPosition = json.readInt(-1);
        case TOPFRAME -> imp.topFrame = json.readInt(-1);
        case API -> json.readInts(imp.apis);
        case MIMES -> json.readTexts(imp.mimes);
        default -> throw new IllegalStateException("field " + field);
      }
    }
  }

  /** Some send -1 for a side that follows the page: as good as not given. */
  private static int readSize(JsonReader json) {
    int size = json.readInt(0);
    if (size < -1) {
      json.fault(ReadFailure.OUT_OF_RANGE);
    }
    return Math.max(0, size);
  }

  private static void readFormats(JsonReader json, BidRequest request, Imp imp) {
    if (!json.enterArray()) {
      return;
    }
    while (json.nextElement()) {
      if (!json.enterObject()) {
        continue;
      }
      int width = 0;
      int height = 0;
      long seen = 0;
      int field;
      while ((field = json.nextField(FORMAT_KEYS)) != JsonReader.END) {
        if (field == KeyTable.UNKNOWN) {
          json.skip();
          request.unknown.add(json.member());
          continue;
        }
        seen = json.once(seen, field);
        int size = readSize(json);
        width = field == W ? size : width;
        height = field == H ? size : height;
      }
      imp.formatWidths.add(width);
      imp.formatHeights.add(height);
    }
  }

  private static void readPmp(JsonReader json, BidRequest request, Imp imp) {
    int start = json.valueStart();
    if (!json.enterObject()) {
      return;
    }
    long seen = 0;
    int field;
    while ((field = json.nextField(PMP_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        request.unknown.add(json.member());
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case PRIVATE_AUCTION -> imp.privateAuction = json.readInt(0) == 1;
        case DEALS -> readDeals(json, request, imp);
        default -> throw new IllegalStateException("field " + field);
      }
    }
    imp.pmp = json.since(start);
  }

  /** A deal that cannot be read is dropped alone: the imp can be bought without it. */
  private static void readDeals(JsonReader json, BidRequest request, Imp imp) {
    int start = json.valueStart();
    if (!json.enterArray()) {
      return;
    }
    ReadFailure ofImp = json.takeFault();
    int offset = json.faultOffset();
    while (json.nextElement()) {
      if (imp.dealCount() == Imp.MAX_DEALS) {
        request.surplusDeals++;
        json.skip();
        continue;
      }
      ImpDeal deal = imp.nextDeal();
      readDeal(json, request, deal);
      if (json.takeFault() == ReadFailure.NONE && Span.length(deal.id) > 0) {
        imp.keepDeal();
      } else {
        request.badDeals++;
      }
    }
    json.restoreFault(ofImp, offset);
    imp.deals = json.since(start);
  }

  private static void readDeal(JsonReader json, BidRequest request, ImpDeal deal) {
    if (!json.enterObject()) {
      return;
    }
    long seen = 0;
    int field;
    while ((field = json.nextField(DEAL_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        request.unknown.add(json.member());
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case DEAL_ID -> {
          deal.id = json.readText();
          deal.rawId = json.rawText();
        }
        case DEAL_FLOOR -> deal.floorCpmMicros = readPrice(json);
        case DEAL_FLOORCUR -> deal.floorCurrency = readCurrency(json, request);
        case DEAL_AT -> deal.auctionType = json.readInt(ImpDeal.TYPE_OF_REQUEST);
        case WSEAT -> json.readTexts(deal.allowedSeats);
        case WADOMAIN -> json.readTexts(deal.allowedDomains);
        case GUAR -> deal.guaranteed = json.readInt(0) == 1;
        case MINCPMPERSEC -> deal.minCpmPerSecondMicros = readPrice(json);
        case DURFLOORS -> deal.durationFloors = json.readRawArray();
        case DEAL_EXT -> deal.ext = json.readRawObject();
        default -> throw new IllegalStateException("field " + field);
      }
    }
  }
}
