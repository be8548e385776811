package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;

/** Reads {@code user} and {@code regs}, in the places of 2.6 and of 2.5. */
final class UserReader {
  private static final int ID = 0;
  private static final int BUYERUID = 1;
  private static final int KEYWORDS = 2;
  private static final int KWARRAY = 3;
  private static final int CONSENT = 4;
  private static final int DATA = 5;
  private static final int EIDS = 6;
  private static final int GEO = 7;
  private static final int EXT = 8;
  private static final KeyTable KEYS =
      new KeyTable(
          "id", "buyeruid", "keywords", "kwarray", "consent", "data", "eids", "geo", "ext");

  private static final int EXT_DATA = 0;
  private static final int EXT_CONSENT = 1;
  private static final int EXT_EIDS = 2;
  private static final KeyTable EXT_KEYS = new KeyTable("data", "consent", "eids");

  private static final int COPPA = 0;
  private static final int GDPR = 1;
  private static final int US_PRIVACY = 2;
  private static final int GPP = 3;
  private static final int GPP_SID = 4;
  private static final int REGS_EXT = 5;
  private static final KeyTable REGS_KEYS =
      new KeyTable("coppa", "gdpr", "us_privacy", "gpp", "gpp_sid", "ext");

  void readUser(JsonReader json, BidRequest request) {
    if (!json.enterObject()) {
      return;
    }
    User user = request.user;
    user.present = true;
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
        case ID -> user.id = json.readText();
        case BUYERUID -> user.buyerUid = json.readText();
        case KEYWORDS -> user.keywords = json.readText();
        case KWARRAY -> json.readTexts(user.keywordList);
        case CONSENT -> user.consent = json.readText();
        case DATA -> user.data = json.readRawArray();
        case EIDS -> user.eids = json.readRawArray();
        case GEO -> DeviceReader.readGeo(json, request, user.geo);
        case EXT -> readUserExt(json, user);
        default -> throw new IllegalStateException("field " + field);
      }
    }
  }

  private static void readUserExt(JsonReader json, User user) {
    int start = json.valueStart();
    if (!json.enterObject()) {
      return;
    }
    long seen = 0;
    int field;
    while ((field = json.nextField(EXT_KEYS)) != JsonReader.END) {
      if (field != KeyTable.UNKNOWN) {
        seen = json.once(seen, field);
      }
      int c = json.next();
      if (field == EXT_DATA && c == '{') {
        ExtReader.readKeyValues(json, user.keyValues);
      } else if (field == EXT_CONSENT && c == '"') {
        user.extConsent = json.readText();
      } else if (field == EXT_EIDS && c == '[') {
        user.extEids = json.readRawArray();
      } else {
        json.skip();
      }
    }
    user.ext = json.since(start);
  }

  void readRegs(JsonReader json, BidRequest request) {
    int start = json.valueStart();
    if (!json.enterObject()) {
      return;
    }
    Regs regs = request.regs;
    long seen = 0;
    int field;
    while ((field = json.nextField(REGS_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        request.unknown.add(json.member());
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case COPPA -> regs.coppa = json.readInt(-1);
        case GDPR -> regs.gdpr = json.readInt(-1);
        case US_PRIVACY -> regs.usPrivacy = json.readText();
        case GPP -> regs.gpp = json.readText();
        case GPP_SID -> regs.gppSections = json.readRawArray();
        case REGS_EXT -> regs.ext = json.readRawObject();
        default -> throw new IllegalStateException("field " + field);
      }
    }
    regs.whole = json.since(start);
  }
}
