package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.JsonScanner;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.Span;

/**
 * Copies a request byte for byte but for what identifies a person: addresses are cut to /24 and
 * /48, coordinates to one decimal (about 11 km), page addresses before their query, and ids of
 * people and devices are emptied. It goes by the names of members, wherever in the document they
 * stand, because real requests hold such ids in places of their own making. One thread; allocates
 * nothing once its buffers have grown.
 */
public final class Redactor {
  private static final int IP = 0;
  private static final int IPV6 = 1;
  private static final int LAT = 2;
  private static final int LON = 3;
  private static final int LONG = 4;
  private static final int PAGE = 5;
  private static final int REF = 6;
  private static final int ID = 7;
  private static final int UID = 8;
  private static final int USER = 9;
  private static final int UIDS = 10;
  private static final int FIRST_PERSONAL = 11;
  private static final KeyTable KEYS =
      new KeyTable(
          "ip",
          "ipv6",
          "lat",
          "lon",
          "long",
          "page",
          "ref",
          "id",
          "uid",
          "user",
          "uids",
          // From here on: emptied wherever they stand.
          "ifa",
          "buyeruid",
          "buyeruids",
          "tpid",
          "dpidsha1",
          "dpidmd5",
          "didsha1",
          "didmd5",
          "macsha1",
          "macmd5",
          "mac",
          "idfa",
          "idfv",
          "ifv",
          "gaid",
          "aaid",
          "oaid",
          "imei",
          "androidid",
          "android_id",
          "udid",
          "customdata",
          "email",
          "email_sha256",
          "phone",
          "zip",
          "yob");

  private static final int FIRST_CAPACITY = 16 * 1024;
  private static final int KEPT_OCTETS = 3;
  private static final int KEPT_GROUPS = 3;

  private final JsonReader json = new JsonReader();
  private byte[] body = new byte[FIRST_CAPACITY];
  private byte[] copy = new byte[FIRST_CAPACITY];
  private int copied;
  private int length;

  /**
   * Copies a request.
   *
   * @param request holds a body, whether it could be read or not
   * @return length of the copy in {@link #bytes()}; 0 where the body is not JSON
   */
  public int copy(BidRequest request) {
    int needed = JsonScanner.capacityFor(request.length());
    if (body.length < needed) {
      body = new byte[needed];
      copy = new byte[needed];
    }
    System.arraycopy(request.bytes(), 0, body, 0, request.length());
    copied = 0;
    length = 0;
    json.begin(body, request.length());
    value(false);
    json.finish();
    if (json.hasFailed()) {
      return 0;
    }
    keepUpTo(request.length());
    return length;
  }

  /** Holds the copy from its start, until the next. */
  public byte[] bytes() {
    return copy;
  }

  /**
   * @param people whether {@code id} and {@code uid} of an object here are a person's
   */
  private void value(boolean people) {
    switch (json.next()) {
      case '{' -> object(people);
      case '[' -> {
        json.enterArray();
        while (json.nextElement()) {
          value(people);
        }
      }
      default -> json.skip();
    }
  }

  private void object(boolean people) {
    json.enterObject();
    int field;
    while ((field = json.nextField(KEYS)) != JsonReader.END) {
      int c = json.next();
      if (c == '{' || c == '[') {
        if (field >= FIRST_PERSONAL) {
          empty();
        } else {
          value(field == USER || field == UIDS);
        }
        continue;
      }
      switch (field) {
        case KeyTable.UNKNOWN, USER, UIDS -> json.skip();
        case IP, IPV6 -> address(c);
        case LAT, LON, LONG -> coordinate(c);
        case PAGE, REF -> page(c);
        case ID, UID -> {
          if (people) {
            empty();
          } else {
            json.skip();
          }
        }
        default -> empty();
      }
    }
  }

  /** Empties texts and numbers, of arrays and objects too. */
  private void empty() {
    int c = json.next();
    switch (c) {
      case '{' -> {
        json.enterObject();
        while (json.nextField(KEYS) != JsonReader.END) {
          empty();
        }
      }
      case '[' -> {
        json.enterArray();
        while (json.nextElement()) {
          empty();
        }
      }
      case 't', 'f', 'n' -> json.skip();
      default -> {
        int start = json.valueStart();
        json.skip();
        boolean text = c == '"';
        drop(text ? start + 1 : start, Span.end(json.since(start)) - (text ? 1 : 0));
        if (!text) {
          copy[length++] = '0';
        }
      }
    }
  }

  private void address(int c) {
    if (c != '"') {
      empty();
      return;
    }
    json.readText();
    long raw = json.rawText();
    int from = Span.offset(raw);
    int kept = keptOfAddress(from, Span.end(raw));
    drop(kept, Span.end(raw));
    if (kept > from) {
      boolean four = body[kept - 1] == '.';
      copy[length++] = (byte) (four ? '0' : ':');
    }
  }

  /** Where the network part ends, with the separator; {@code from} where it is no address. */
  private int keptOfAddress(int from, int end) {
    int octets = 0;
    int groups = 0;
    for (int i = from; i < end; i++) {
      byte b = body[i];
      if (b == '.' && groups == 0 && ++octets == KEPT_OCTETS) {
        return i + 1;
      }
      if (b == ':' && (++groups == KEPT_GROUPS || body[i + 1] == ':')) {
        return i + 1;
      }
      if (b != '.' && b != ':' && Character.digit(b, 16) < 0) {
        return from;
      }
    }
    return from;
  }

  private void coordinate(int c) {
    int start = json.valueStart();
    if (c == '"') {
      empty();
      return;
    }
    json.skip();
    int end = Span.end(json.since(start));
    int point = start;
    while (point < end && body[point] != '.') {
      point++;
    }
    boolean exponent = false;
    for (int i = start; i < end; i++) {
      exponent |= (body[i] | 0x20) == 'e';
    }
    if (exponent) {
      drop(start, end);
      copy[length++] = '0';
    } else if (point + 2 < end) {
      drop(point + 2, end);
    }
  }

  private void page(int c) {
    if (c != '"') {
      json.skip();
      return;
    }
    json.readText();
    long raw = json.rawText();
    for (int i = Span.offset(raw); i < Span.end(raw); i++) {
      if (body[i] == '?' || body[i] == '#') {
        drop(i, Span.end(raw));
        return;
      }
    }
  }

  /** Copies up to a place and leaves out what stands from there to another. */
  private void drop(int from, int to) {
    if (!json.hasFailed()) {
      keepUpTo(from);
      copied = to;
    }
  }

  private void keepUpTo(int end) {
    System.arraycopy(body, copied, copy, length, end - copied);
    length += end - copied;
    copied = end;
  }
}
