package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.Decimal;
import io.adplatform.wire.video.MediaType;

/** Reads {@code imp.video}. What is wrong with it is left as a fault of the {@link JsonReader}. */
final class VideoReader {
  private static final int MIMES = 0;
  private static final int MINDURATION = 1;
  private static final int MAXDURATION = 2;
  private static final int RQDDURS = 3;
  private static final int PROTOCOLS = 4;
  private static final int PROTOCOL = 5;
  private static final int W = 6;
  private static final int H = 7;
  private static final int STARTDELAY = 8;
  private static final int PLCMT = 9;
  private static final int LINEARITY = 10;
  private static final int SKIP = 11;
  private static final int MINBITRATE = 12;
  private static final int MAXBITRATE = 13;
  private static final int BATTR = 14;
  private static final int API = 15;
  private static final int DELIVERY = 16;
  private static final int COMPANIONAD = 17;
  private static final int MINCPMPERSEC = 18;
  private static final int DURFLOORS = 19;
  private static final KeyTable KEYS =
      new KeyTable(
          "mimes",
          "minduration",
          "maxduration",
          "rqddurs",
          "protocols",
          "protocol",
          "w",
          "h",
          "startdelay",
          "plcmt",
          "linearity",
          "skip",
          "minbitrate",
          "maxbitrate",
          "battr",
          "api",
          "delivery",
          "companionad",
          "mincpmpersec",
          "durfloors");

  /**
   * Reads the object that comes next.
   *
   * @return its raw span; NONE where there is none
   */
  long read(JsonReader json, BidRequest request, Video video) {
    int start = json.valueStart();
    if (!json.enterObject()) {
      return Span.NONE;
    }
    video.offered = true;
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
        case MIMES -> readMimes(json, request, video);
        case MINDURATION -> video.minSeconds = readLength(json);
        case MAXDURATION -> video.maxSeconds = readLength(json);
        case RQDDURS -> json.readInts(video.requiredSeconds);
        case PROTOCOLS -> json.readInts(video.protocols);
        case PROTOCOL -> readProtocol(json, video);
        case W -> video.width = readLength(json);
        case H -> video.height = readLength(json);
        case BATTR -> json.readInts(video.blockedAttributes);
        case API -> json.readInts(video.apis);
        case DELIVERY -> json.readInts(video.deliveries);
        case MINCPMPERSEC -> readPerSecond(json, video);
        default -> readNumber(json, video, field);
      }
    }
    return json.since(start);
  }

  private static void readNumber(JsonReader json, Video video, int field) {
    switch (field) {
      case STARTDELAY -> video.startDelay = json.readInt(Integer.MIN_VALUE);
      case PLCMT -> video.placementSubtype = json.readInt(-1);
      case LINEARITY -> video.linearity = json.readInt(0);
      case SKIP -> video.skip = json.readInt(-1);
      case MINBITRATE -> video.minBitrateKbps = readLength(json);
      case MAXBITRATE -> video.maxBitrateKbps = readLength(json);
      case COMPANIONAD -> readCompanions(json, video);
      case DURFLOORS -> video.durationFloors = json.readRawArray();
      default -> throw new IllegalStateException("field " + field);
    }
  }

  private static void readMimes(JsonReader json, BidRequest request, Video video) {
    if (!json.enterArray()) {
      return;
    }
    while (json.nextElement()) {
      long mime = json.readText();
      video.hasMimes |= mime != Span.NONE;
      video.mimes |= MediaType.bit(request.bytes(), Span.offset(mime), Span.length(mime));
    }
  }

  /** One of {@code protocols}, as it was before OpenRTB 2.3. */
  private static void readProtocol(JsonReader json, Video video) {
    int protocol = json.readInt(0);
    if (protocol > 0 && !video.protocols.contains(protocol)) {
      video.protocols.add(protocol);
    }
  }

  private static void readPerSecond(JsonReader json, Video video) {
    long micros = json.readMicros(0);
    if (micros == Decimal.TOO_LARGE || micros < 0) {
      json.fault(ReadFailure.OUT_OF_RANGE);
    } else {
      video.minCpmMicrosPerSecond = micros;
    }
  }

  /** Some send {@code {"banner":[…]}} for the list, as it was before OpenRTB 2.0: none is known. */
  private static void readCompanions(JsonReader json, Video video) {
    if (json.next() != '[') {
      json.skip();
      return;
    }
    if (json.enterArray()) {
      while (json.nextElement()) {
        json.skip();
        video.companions++;
      }
    }
  }

  /** Some send -1 for what they do not know: as good as not given. */
  private static int readLength(JsonReader json) {
    int length = json.readInt(0);
    if (length < -1) {
      json.fault(ReadFailure.OUT_OF_RANGE);
    }
    return Math.max(0, length);
  }
}
