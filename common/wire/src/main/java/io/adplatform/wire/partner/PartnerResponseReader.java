package io.adplatform.wire.partner;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.CurrencyCode;

/**
 * Reads a partner's answer (OpenRTB 2.6, 4.2) from the bytes in a slot into its fields, strictly:
 * what breaks the JSON, or the answer as a whole, refuses all of it; what breaks one bid refuses
 * that bid. Unknown members are checked as JSON and passed over. Of prices nothing is guessed: a
 * text, NaN or a number beyond all honest ones is a fault. One thread; allocates nothing after
 * warm-up.
 */
public final class PartnerResponseReader {
  private static final KeyTable KEYS = new KeyTable("id", "seatbid", "cur", "bidid", "nbr");
  private static final KeyTable SEAT_KEYS = new KeyTable("bid", "seat", "group");
  private static final int ID = 0;
  private static final int IMPID = 1;
  private static final int PRICE = 2;
  private static final int ADID = 3;
  private static final int NURL = 4;
  private static final int BURL = 5;
  private static final int LURL = 6;
  private static final int ADM = 7;
  private static final int ADOMAIN = 8;
  private static final int BUNDLE = 9;
  private static final int CAT = 10;
  private static final int CATTAX = 11;
  private static final int ATTR = 12;
  private static final int LANGUAGE = 13;
  private static final int DEALID = 14;
  private static final int W = 15;
  private static final int H = 16;
  private static final int EXP = 17;
  private static final int CRID = 18;
  private static final int CID = 19;
  private static final int MTYPE = 20;
  private static final KeyTable BID_KEYS =
      new KeyTable(
          "id",
          "impid",
          "price",
          "adid",
          "nurl",
          "burl",
          "lurl",
          "adm",
          "adomain",
          "bundle",
          "cat",
          "cattax",
          "attr",
          "language",
          "dealid",
          "w",
          "h",
          "exp",
          "crid",
          "cid",
          "mtype");

  private final JsonReader json = new JsonReader();
  private int seatNumber;

  /** Reads the body of an answer; NONE where it could be read as a whole. */
  public ReadFailure read(PartnerAnswer answer) {
    answer.reset();
    seatNumber = 0;
    json.begin(answer.bytes(), answer.length());
    if (json.enterObject()) {
      members(answer);
    }
    json.finish();
    return json.hasFailed() ? json.failure() : json.takeFault();
  }

  private void members(PartnerAnswer answer) {
    long seen = 0;
    int field;
    while ((field = json.nextField(KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case 0 -> answer.id = json.readText();
        case 1 -> seats(answer);
        case 2 -> currency(answer);
        case 3 -> answer.bidId = json.readText();
        default -> answer.noBidReason = json.readInt(PartnerAnswer.NO_REASON);
      }
    }
  }

  private void currency(PartnerAnswer answer) {
    long letters = json.readText();
    if (letters != Span.NONE) {
      answer.currency =
          CurrencyCode.numeric(answer.bytes(), Span.offset(letters), Span.length(letters));
    }
  }

  private void seats(PartnerAnswer answer) {
    if (!json.enterArray()) {
      return;
    }
    while (json.nextElement()) {
      if (json.enterObject()) {
        seat(answer);
        seatNumber++;
      }
    }
  }

  private void seat(PartnerAnswer answer) {
    int first = answer.bidCount();
    long seat = Span.NONE;
    long rawSeat = Span.NONE;
    boolean group = false;
    long seen = 0;
    int field;
    while ((field = json.nextField(SEAT_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case 0 -> bids(answer);
        case 1 -> {
          seat = json.readText();
          rawSeat = seat == Span.NONE ? Span.NONE : json.rawText();
        }
        default -> group = json.readInt(0) == 1;
      }
    }
    // Seat and group may stand behind the bids.
    for (int i = first; i < answer.bidCount(); i++) {
      answer.bid(i).seat = seat;
      answer.bid(i).rawSeat = rawSeat;
      answer.bid(i).group = group ? seatNumber : PartnerBid.NO_GROUP;
    }
  }

  private void bids(PartnerAnswer answer) {
    if (!json.enterArray()) {
      return;
    }
    ReadFailure outer = json.takeFault();
    int offset = json.faultOffset();
    while (json.nextElement()) {
      PartnerBid bid = answer.nextBid();
      if (bid == null) {
        json.skip();
        continue;
      }
      if (json.enterObject()) {
        bid(bid, answer);
      }
      bid.fault = json.takeFault();
    }
    if (outer != ReadFailure.NONE) {
      json.restoreFault(outer, offset);
    }
  }

  private void bid(PartnerBid bid, PartnerAnswer answer) {
    long seen = 0;
    int field;
    while ((field = json.nextField(BID_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case ID -> bid.id = json.readText();
        case IMPID -> bid.impId = json.readText();
        case PRICE -> bid.priceCpmMicros = price();
        case ADID -> bid.adId = json.readText();
        case NURL -> bid.nurl = json.readText();
        case BURL -> bid.burl = json.readText();
        case LURL -> bid.lurl = json.readText();
        case ADM -> bid.rawMarkup = markup();
        case BUNDLE -> bid.bundle = json.readText();
        case LANGUAGE -> bid.language = json.readText();
        case DEALID -> bid.dealId = json.readText();
        case CRID -> bid.rawCreativeId = rawText();
        case CID -> bid.rawCampaignId = rawText();
        default -> facts(bid, field);
      }
    }
  }

  private long rawText() {
    return json.readText() == Span.NONE ? Span.NONE : json.rawText();
  }

  private void facts(PartnerBid bid, int field) {
    int start = json.valueStart();
    switch (field) {
      case ADOMAIN -> {
        json.readTexts(bid.domains);
        bid.rawDomains = json.since(start);
      }
      case CAT -> {
        json.readTexts(bid.categories);
        bid.rawCategories = json.since(start);
      }
      case ATTR -> {
        json.readInts(bid.attributes);
        bid.rawAttributes = json.since(start);
      }
      case CATTAX -> bid.categoryTaxonomy = json.readInt(1);
      case W -> bid.width = size();
      case H -> bid.height = size();
      case EXP -> bid.expirySeconds = Math.max(-1, json.readInt(-1));
      case MTYPE -> bid.markupType = json.readInt(0);
      default -> throw new IllegalStateException("field " + field);
    }
  }

  /** Exactly what is written, in micros; what is not above 0 there is no price for. */
  private long price() {
    long micros = json.readMicros(0);
    if (micros < 0) {
      json.fault(ReadFailure.OUT_OF_RANGE);
      return 0;
    }
    return micros;
  }

  private int size() {
    int size = json.readInt(0);
    if (size < 0) {
      json.fault(ReadFailure.OUT_OF_RANGE);
    }
    return Math.max(0, size);
  }

  /** The inside of a text, not resolved: it is passed on in the same spelling. */
  private long markup() {
    if (json.next() != '"') {
      json.readText();
      return Span.NONE;
    }
    int start = json.valueStart();
    json.skip();
    long raw = json.since(start);
    int length = Span.length(raw) - 2;
    return length <= 0 ? Span.NONE : Span.of(start + 1, length);
  }
}
