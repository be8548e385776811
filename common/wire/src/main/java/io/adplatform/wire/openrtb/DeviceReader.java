package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.Span;

/** Reads {@code device}, and {@code geo} wherever it stands. */
final class DeviceReader {
  private static final int UA = 0;
  private static final int IP = 1;
  private static final int IPV6 = 2;
  private static final int GEO = 3;
  private static final int DEVICETYPE = 4;
  private static final int CONNECTIONTYPE = 5;
  private static final int MAKE = 6;
  private static final int MODEL = 7;
  private static final int OS = 8;
  private static final int OSV = 9;
  private static final int LANGUAGE = 10;
  private static final int LANGB = 11;
  private static final int IFA = 12;
  private static final int LMT = 13;
  private static final int DNT = 14;
  private static final int JS = 15;
  private static final int SUA = 16;
  private static final int EXT = 17;
  private static final KeyTable KEYS =
      new KeyTable(
          "ua",
          "ip",
          "ipv6",
          "geo",
          "devicetype",
          "connectiontype",
          "make",
          "model",
          "os",
          "osv",
          "language",
          "langb",
          "ifa",
          "lmt",
          "dnt",
          "js",
          "sua",
          "ext");

  private static final int COUNTRY = 0;
  private static final int REGION = 1;
  private static final int CITY = 2;
  private static final int LAT = 3;
  private static final int LON = 4;
  private static final int UTCOFFSET = 5;
  private static final KeyTable GEO_KEYS =
      new KeyTable("country", "region", "city", "lat", "lon", "utcoffset");

  private static final int BROWSERS = 0;
  private static final int PLATFORM = 1;
  private static final int MOBILE = 2;
  private static final KeyTable SUA_KEYS = new KeyTable("browsers", "platform", "mobile");
  private static final KeyTable BRAND_KEYS = new KeyTable("brand");

  /** Half a turn: no coordinate is beyond it. */
  private static final long MAX_DEGREES_MICROS = 180_000_000;

  void read(JsonReader json, BidRequest request) {
    if (!json.enterObject()) {
      return;
    }
    Device device = request.device;
    device.present = true;
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
        case UA -> device.userAgent = json.readText();
        case IP -> device.ip = json.readText();
        case IPV6 -> device.ipv6 = json.readText();
        case GEO -> readGeo(json, request, device.geo);
        case DEVICETYPE -> device.deviceType = json.readInt(-1);
        case CONNECTIONTYPE -> device.connectionType = json.readInt(-1);
        case MAKE -> device.make = json.readText();
        case MODEL -> device.model = json.readText();
        case OS -> device.os = json.readText();
        case OSV -> device.osVersion = json.readText();
        case LANGUAGE -> device.language = json.readText();
        case LANGB -> device.languageTag = json.readText();
        case IFA -> device.ifa = json.readText();
        case LMT -> device.limitAdTracking = json.readInt(-1);
        case DNT -> device.doNotTrack = json.readInt(-1);
        case JS -> device.javaScript = json.readInt(-1);
        case SUA -> readUserAgentHints(json, request);
        case EXT -> device.ext = json.readRawObject();
        default -> throw new IllegalStateException("field " + field);
      }
    }
  }

  static void readGeo(JsonReader json, BidRequest request, Geo geo) {
    if (!json.enterObject()) {
      return;
    }
    long seen = 0;
    int field;
    while ((field = json.nextField(GEO_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        request.unknown.add(json.member());
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case COUNTRY -> geo.country = json.readText();
        case REGION -> geo.region = json.readText();
        case CITY -> geo.city = json.readText();
        case LAT -> geo.latitudeMicros = readDegrees(json);
        case LON -> geo.longitudeMicros = readDegrees(json);
        case UTCOFFSET -> geo.utcOffsetMinutes = json.readInt(Geo.ABSENT);
        default -> throw new IllegalStateException("field " + field);
      }
    }
  }

  /** Where nothing on Earth is, nothing was given. */
  private static int readDegrees(JsonReader json) {
    long micros = json.readMicros(Long.MAX_VALUE);
    return micros >= -MAX_DEGREES_MICROS && micros <= MAX_DEGREES_MICROS
        ? (int) micros
        : Geo.ABSENT;
  }

  private static void readUserAgentHints(JsonReader json, BidRequest request) {
    int start = json.valueStart();
    if (!json.enterObject()) {
      return;
    }
    Device device = request.device;
    long seen = 0;
    int field;
    while ((field = json.nextField(SUA_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case BROWSERS -> readBrowsers(json, device);
        case PLATFORM -> device.suaPlatform = readBrand(json);
        case MOBILE -> device.suaMobile = json.readInt(-1);
        default -> throw new IllegalStateException("field " + field);
      }
    }
    device.sua = json.since(start);
  }

  private static void readBrowsers(JsonReader json, Device device) {
    if (json.enterArray()) {
      while (json.nextElement()) {
        long brand = readBrand(json);
        if (brand != Span.NONE) {
          device.suaBrowsers.add(brand);
        }
      }
    }
  }

  private static long readBrand(JsonReader json) {
    long brand = Span.NONE;
    if (json.enterObject()) {
      long seen = 0;
      int field;
      while ((field = json.nextField(BRAND_KEYS)) != JsonReader.END) {
        if (field == KeyTable.UNKNOWN) {
          json.skip();
        } else {
          seen = json.once(seen, field);
          brand = json.readText();
        }
      }
    }
    return brand;
  }
}
