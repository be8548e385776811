package io.adplatform.wire.partner;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.Span;

/**
 * Where those members of a request stand that OpenRTB 2.5 and 2.6 have in different places, as raw
 * spans: read once per request, for all its partners. One thread; allocates nothing.
 */
final class RequestOutline {
  /** Members of {@code regs} and {@code user} that moved out of {@code ext}, by number. */
  static final int GDPR = 0;

  static final int US_PRIVACY = 1;
  static final int GPP = 2;
  static final int GPP_SID = 3;
  static final int CONSENT = 4;
  static final int EIDS = 5;
  static final int MOVED = 6;

  static final String[] NAMES = {"gdpr", "us_privacy", "gpp", "gpp_sid", "consent", "eids"};
  private static final int EXT = MOVED;

  private static final KeyTable MOVED_KEYS =
      new KeyTable("gdpr", "us_privacy", "gpp", "gpp_sid", "consent", "eids", "ext");
  private static final int REGS = 0;
  private static final int USER = 1;
  private static final int SOURCE = 2;
  private static final KeyTable KEYS = new KeyTable("regs", "user", "source");
  private static final KeyTable SOURCE_KEYS = new KeyTable("schain", "ext", "tid");
  private static final KeyTable CHAIN_KEYS = new KeyTable("nodes");

  /** Values in the place of 2.6. */
  final long[] plain = new long[MOVED];

  /** Values in the place of 2.5. */
  final long[] extended = new long[MOVED];

  boolean hasUser;
  boolean hasSource;
  boolean hasRegs;
  boolean hasUserExt;
  boolean hasRegsExt;
  boolean hasSourceExt;
  boolean hasTid;

  /** {@code source.schain} and its {@code nodes}, raw; NONE unless it has both. */
  long chain;

  long nodes;

  /** The same of {@code source.ext.schain}. */
  long extChain;

  long extNodes;

  /** Reads a body on which the reader was begun and that is known to be a good request. */
  void read(JsonReader json) {
    for (int i = 0; i < MOVED; i++) {
      plain[i] = Span.NONE;
      extended[i] = Span.NONE;
    }
    hasUser = false;
    hasSource = false;
    hasRegs = false;
    hasUserExt = false;
    hasRegsExt = false;
    hasSourceExt = false;
    hasTid = false;
    chain = Span.NONE;
    nodes = Span.NONE;
    extChain = Span.NONE;
    extNodes = Span.NONE;
    json.enterObject();
    int field;
    while ((field = json.nextField(KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN || json.next() != '{') {
        json.skip();
        continue;
      }
      switch (field) {
        case REGS -> {
          hasRegs = true;
          hasRegsExt = moved(json, GDPR, GPP_SID);
        }
        case USER -> {
          hasUser = true;
          hasUserExt = moved(json, CONSENT, EIDS);
        }
        default -> source(json);
      }
    }
  }

  /** Whether there is an {@code ext}. */
  private boolean moved(JsonReader json, int from, int to) {
    boolean hasExt = false;
    json.enterObject();
    int field;
    while ((field = json.nextField(MOVED_KEYS)) != JsonReader.END) {
      if (field == EXT && json.next() == '{') {
        hasExt = true;
        extension(json, from, to);
      } else {
        value(json, field, from, to, plain);
      }
    }
    return hasExt;
  }

  private void extension(JsonReader json, int from, int to) {
    json.enterObject();
    int field;
    while ((field = json.nextField(MOVED_KEYS)) != JsonReader.END) {
      value(json, field, from, to, extended);
    }
  }

  private static void value(JsonReader json, int field, int from, int to, long[] into) {
    int start = json.valueStart();
    boolean none = json.next() == 'n';
    json.skip();
    if (field >= from && field <= to && !none) {
      into[field] = json.since(start);
    }
  }

  private void source(JsonReader json) {
    hasSource = true;
    json.enterObject();
    int field;
    while ((field = json.nextField(SOURCE_KEYS)) != JsonReader.END) {
      int c = json.next();
      if (field == 0 && c == '{') {
        int start = json.valueStart();
        nodes = nodes(json);
        chain = nodes == Span.NONE ? Span.NONE : json.since(start);
      } else if (field == 1 && c == '{') {
        hasSourceExt = true;
        sourceExtension(json);
      } else {
        hasTid |= field == 2 && c == '"';
        json.skip();
      }
    }
  }

  private void sourceExtension(JsonReader json) {
    json.enterObject();
    int field;
    while ((field = json.nextField(SOURCE_KEYS)) != JsonReader.END) {
      if (field == 0 && json.next() == '{') {
        int start = json.valueStart();
        extNodes = nodes(json);
        extChain = extNodes == Span.NONE ? Span.NONE : json.since(start);
      } else {
        json.skip();
      }
    }
  }

  private static long nodes(JsonReader json) {
    long found = Span.NONE;
    json.enterObject();
    int field;
    while ((field = json.nextField(CHAIN_KEYS)) != JsonReader.END) {
      if (field == 0 && json.next() == '[') {
        found = json.readRawArray();
      } else {
        json.skip();
      }
    }
    return found;
  }
}
