package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.nativead.NativeRequestReader;
import io.adplatform.wire.nativead.NativeTerms;

/**
 * Reads {@code imp.native} (OpenRTB 2.6, 3.2.9) with the request object that stands in it as a
 * text. A request object that cannot be read leaves the imp's other formats as they are.
 */
final class NativeReader {
  private static final int REQUEST = 0;
  private static final int API = 1;
  private static final int BATTR = 2;
  private static final KeyTable KEYS = new KeyTable("request", "api", "battr");

  private final NativeRequestReader requests = new NativeRequestReader();

  /**
   * Reads the object that comes next.
   *
   * @return its raw span; NONE where there is none
   */
  long read(JsonReader json, BidRequest request, NativeTerms terms) {
    int start = json.valueStart();
    if (!json.enterObject()) {
      return Span.NONE;
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
        case REQUEST -> readRequest(json, request, terms);
        case API -> json.readInts(terms.apis);
        case BATTR -> json.readInts(terms.blockedAttributes);
        default -> throw new IllegalStateException("field " + field);
      }
    }
    return json.since(start);
  }

  /** A text, or (as some send it) the object itself. */
  private void readRequest(JsonReader json, BidRequest request, NativeTerms terms) {
    long object = json.next() == '{' ? json.readRawObject() : json.readText();
    if (object == Span.NONE || json.hasFailed()) {
      return;
    }
    terms.offered = requests.read(request.bytes(), Span.offset(object), Span.length(object), terms);
    terms.unreadable = !terms.offered;
  }
}
