package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.JsonScanner;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.Span;
import java.util.Arrays;

/**
 * Finds the one id by which a request's user is told from others, where the request allows that
 * ({@code docs/openrtb.md}, which ids). One thread; allocates nothing once its copy of {@code eids}
 * has grown.
 */
public final class UserIdReader {
  /** Where an id is from; the code tells ids of different origins apart in hashes. */
  public enum Origin {
    /** There is none, or none may be used. */
    NONE(0),
    /** {@code device.ifa}. */
    DEVICE(1),
    /** {@code user.eids}: {@link #source()} says whose. */
    EXTENDED(2),
    /** {@code user.id}: the supply partner's, or its publisher's. */
    SUPPLY(3),
    /** {@code user.buyeruid}, as the supply partner has it. */
    BUYER(4);

    private final int code;

    Origin(int code) {
      this.code = code;
    }

    /** Its number in hashes. */
    public int code() {
      return code;
    }
  }

  /** Longer ones are no ids but something else. */
  public static final int MAX_ID_LENGTH = 512;

  private static final KeyTable EID_KEYS = new KeyTable("source", "uids");
  private static final KeyTable UID_KEYS = new KeyTable("id", "atype");
  private static final KeyTable REGS_KEYS = new KeyTable("gdpr", "us_privacy", "gpp", "gpc");
  private static final int SOURCE = 0;
  private static final int UIDS = 1;
  private static final int ID = 0;
  private static final int ATYPE = 1;
  private static final int GDPR = 0;
  private static final int US_PRIVACY = 1;
  private static final int GPP = 2;
  private static final int GPC = 3;

  /** AdCOM agent types: of a browser or device, of an app, of a person; from 500 on anybody's. */
  private static final int ATYPE_PERSON = 3;

  /** The sale opt-out's place in a US Privacy string: {@code 1YYN}. */
  private static final int OPT_OUT_PLACE = 2;

  /**
   * Where a TCF 2 string says what was consented to: purposes 1 and 2 (storage, and selecting basic
   * ads, which limiting their frequency is part of) are bits 152 and 153, in the 26th letter of six
   * bits.
   */
  private static final int PURPOSES_LETTER = 25;

  private static final int PURPOSES_1_AND_2 = 0b001100;
  private static final String BASE64URL =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final int FIRST_CAPACITY = 1024;

  private final JsonReader json = new JsonReader();
  private byte[] copy = new byte[FIRST_CAPACITY];
  private byte[] bytes;
  private long source;
  private long id;
  private int gdpr;
  private boolean optedOut;
  private boolean unread;
  private long bestSource;
  private long bestId;
  private boolean bestIsPerson;

  /** Looks for the id of a request's user; {@link #id()} and the others then say more. */
  public Origin find(BidRequest request) {
    source = Span.NONE;
    bytes = request.bytes();
    if (isForbidden(request)) {
      return Origin.NONE;
    }
    id = request.device.ifa;
    if (isUsable(bytes, id)) {
      return Origin.DEVICE;
    }
    if (findExtended(request, request.user.eids) || findExtended(request, request.user.extEids)) {
      bytes = copy;
      source = bestSource;
      id = bestId;
      return Origin.EXTENDED;
    }
    id = request.user.id;
    if (isUsable(bytes, id)) {
      return Origin.SUPPLY;
    }
    id = request.user.buyerUid;
    return isUsable(bytes, id) ? Origin.BUYER : Origin.NONE;
  }

  /** Holds {@link #id()} and {@link #source()}, until the next look. */
  public byte[] bytes() {
    return bytes;
  }

  /** The id found. */
  public long id() {
    return id;
  }

  /** Whose id it is; NONE but for {@link Origin#EXTENDED}. */
  public long source() {
    return source;
  }

  /**
   * Whether a request asks not to tell others of its user, or may ask it in a way that is not read:
   * COPPA, limited ad tracking, an opt-out of sale, Global Privacy Control; the GDPR, as whom there
   * is consent for is not read; and a GPP string.
   */
  public boolean forbidsSharing(BidRequest request) {
    unread = Span.length(request.regs.gpp) > 0;
    return isForbidden(request) || gdpr == 1 || unread;
  }

  /** Whether the request asks not to tell its user from others. */
  private boolean isForbidden(BidRequest request) {
    if (request.regs.coppa == 1
        || request.device.limitAdTracking == 1
        || request.device.doNotTrack == 1) {
      return true;
    }
    gdpr = request.regs.gdpr;
    optedOut = isOptOut(request.bytes(), request.regs.usPrivacy);
    readRegsExt(request);
    if (optedOut) {
      return true;
    }
    User user = request.user;
    long consent = Span.length(user.consent) > 0 ? user.consent : user.extConsent;
    return gdpr == 1 && !isConsent(request.bytes(), consent);
  }

  /** What OpenRTB 2.5 has in {@code regs.ext}. */
  private void readRegsExt(BidRequest request) {
    if (Span.length(request.regs.ext) == 0) {
      return;
    }
    begin(request, request.regs.ext);
    if (!json.enterObject()) {
      return;
    }
    int field;
    while ((field = json.nextField(REGS_KEYS)) != JsonReader.END) {
      if (field == GDPR) {
        gdpr = Math.max(gdpr, json.readInt(-1));
      } else if (field == US_PRIVACY) {
        optedOut |= isOptOut(copy, json.readText());
      } else if (field == GPP) {
        unread |= Span.length(json.readText()) > 0;
      } else if (field == GPC) {
        // A text by its specification; requests have numbers too.
        unread = true;
        json.skip();
      } else {
        json.skip();
      }
    }
  }

  private static boolean isOptOut(byte[] text, long usPrivacy) {
    return Span.length(usPrivacy) > OPT_OUT_PLACE
        && (text[Span.offset(usPrivacy) + OPT_OUT_PLACE] | 0x20) == 'y';
  }

  private static boolean isConsent(byte[] text, long consent) {
    int from = Span.offset(consent);
    if (Span.length(consent) <= PURPOSES_LETTER || text[from] != 'C') {
      return false;
    }
    int letter = BASE64URL.indexOf(text[from + PURPOSES_LETTER]);
    return letter >= 0 && (letter & PURPOSES_1_AND_2) == PURPOSES_1_AND_2;
  }

  /**
   * Finds the best of {@code eids}: a person's before others', and of those the first by source, so
   * that their order does not matter.
   */
  private boolean findExtended(BidRequest request, long eids) {
    bestId = Span.NONE;
    bestIsPerson = false;
    if (Span.length(eids) == 0) {
      return false;
    }
    begin(request, eids);
    if (json.enterArray()) {
      while (json.nextElement()) {
        readEid();
      }
    }
    return !json.hasFailed() && bestId != Span.NONE;
  }

  private void readEid() {
    if (!json.enterObject()) {
      return;
    }
    long from = Span.NONE;
    long other = Span.NONE;
    long person = Span.NONE;
    int field;
    while ((field = json.nextField(EID_KEYS)) != JsonReader.END) {
      if (field == SOURCE) {
        from = json.readText();
      } else if (field != UIDS) {
        json.skip();
      } else if (json.enterArray()) {
        while (json.nextElement()) {
          long uid = readUid();
          if (person == Span.NONE && uidType == ATYPE_PERSON) {
            person = uid;
          } else if (other == Span.NONE && uidType <= ATYPE_PERSON) {
            other = uid;
          }
        }
      }
    }
    long uid = person == Span.NONE ? other : person;
    if (uid != Span.NONE && isUsable(copy, from) && isBetter(from, person != Span.NONE)) {
      bestSource = from;
      bestId = uid;
      bestIsPerson = person != Span.NONE;
    }
  }

  /** The agent type of the uid last read. */
  private int uidType;

  private long readUid() {
    long uid = Span.NONE;
    uidType = 0;
    if (!json.enterObject()) {
      return uid;
    }
    int field;
    while ((field = json.nextField(UID_KEYS)) != JsonReader.END) {
      switch (field) {
        case ID -> uid = json.readText();
        case ATYPE -> uidType = json.readInt(0);
        default -> json.skip();
      }
    }
    return isUsable(copy, uid) ? uid : Span.NONE;
  }

  private boolean isBetter(long from, boolean person) {
    if (bestId == Span.NONE || person != bestIsPerson) {
      return bestId == Span.NONE || person;
    }
    return Arrays.compare(
            copy,
            Span.offset(from),
            Span.end(from),
            copy,
            Span.offset(bestSource),
            Span.end(bestSource))
        < 0;
  }

  /**
   * Starts to read a raw value of the request, in a copy: the reader writes behind what it reads.
   */
  private void begin(BidRequest request, long raw) {
    int length = Span.length(raw);
    int needed = JsonScanner.capacityFor(length);
    if (copy.length < needed) {
      copy = new byte[Integer.highestOneBit(needed - 1) << 1];
    }
    System.arraycopy(request.bytes(), Span.offset(raw), copy, 0, length);
    json.begin(copy, length);
  }

  /** Zeros are what devices send that give no id. */
  private static boolean isUsable(byte[] text, long span) {
    int length = Span.length(span);
    if (length > MAX_ID_LENGTH) {
      return false;
    }
    for (int i = Span.offset(span); i < Span.end(span); i++) {
      if (text[i] != '0' && text[i] != '-' && text[i] != ' ') {
        return true;
      }
    }
    return false;
  }
}
