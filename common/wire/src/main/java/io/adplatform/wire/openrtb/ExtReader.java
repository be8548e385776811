package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;

/**
 * Reads out of {@code ext} objects what is agreed on. An {@code ext} is free-form: what does not
 * have the agreed form in it is passed over and is no fault, unless it stands there twice.
 */
final class ExtReader {
  private static final int DATA = 0;
  private static final KeyTable DATA_KEYS = new KeyTable("data");

  private ExtReader() {}

  /**
   * Reads the key-values of {@code ext.data}: texts, numbers, booleans, and lists of these.
   *
   * @param into key, value, key, value…
   * @return the {@code ext}, raw
   */
  static long readData(JsonReader json, SpanList into) {
    int start = json.valueStart();
    if (!json.enterObject()) {
      return Span.NONE;
    }
    long seen = 0;
    int field;
    while ((field = json.nextField(DATA_KEYS)) != JsonReader.END) {
      if (field == DATA) {
        seen = json.once(seen, field);
      }
      if (field == DATA && json.next() == '{') {
        readKeyValues(json, into);
      } else {
        json.skip();
      }
    }
    return json.since(start);
  }

  /** A key that is repeated has several values, as if they stood in a list. */
  static void readKeyValues(JsonReader json, SpanList into) {
    json.enterObject();
    long key;
    while ((key = json.nextKey()) != Span.NONE) {
      if (json.next() != '[') {
        readValue(json, key, into);
        continue;
      }
      json.enterArray();
      while (json.nextElement()) {
        readValue(json, key, into);
      }
    }
  }

  private static void readValue(JsonReader json, long key, SpanList into) {
    int c = json.next();
    if (c == '{' || c == '[' || c == 'n') {
      json.skip();
      return;
    }
    long value;
    if (c == '"') {
      value = json.readText();
    } else {
      int start = json.valueStart();
      json.skip();
      value = json.since(start);
    }
    into.add(key);
    into.add(value);
  }
}
