package io.adplatform.wire.nativead;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.JsonScanner;
import io.adplatform.wire.json.KeyTable;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.video.MediaType;

/**
 * Reads a native request object (Native Ads 1.2, 4.1), with or without the {@code native} around it
 * that came before 1.1. It is JSON of its own within a text, so it is copied and read like a body.
 * One thread; allocates nothing once its buffer has grown to the longest.
 */
public final class NativeRequestReader {
  private static final int FIRST_CAPACITY = 4_096;

  private static final int NATIVE = 0;
  private static final int VER = 1;
  private static final int ASSETS = 2;
  private static final int EVENTTRACKERS = 3;
  private static final KeyTable KEYS = new KeyTable("native", "ver", "assets", "eventtrackers");

  private static final int ID = 0;
  private static final int REQUIRED = 1;
  private static final int TITLE = 2;
  private static final int IMG = 3;
  private static final int DATA = 4;
  private static final KeyTable ASSET_KEYS = new KeyTable("id", "required", "title", "img", "data");

  private static final int TYPE = 0;
  private static final int LEN = 1;
  private static final KeyTable TEXT_KEYS = new KeyTable("type", "len");

  private static final int W = 1;
  private static final int H = 2;
  private static final int WMIN = 3;
  private static final int HMIN = 4;
  private static final int MIMES = 5;
  private static final KeyTable IMAGE_KEYS =
      new KeyTable("type", "w", "h", "wmin", "hmin", "mimes");

  private static final int EVENT = 0;
  private static final int METHODS = 1;
  private static final KeyTable TRACKER_KEYS = new KeyTable("event", "methods");

  /** Native Ads 1.2, 7.6 and 7.7. */
  private static final int IMPRESSION_EVENT = 1;

  private static final int VIEW_EVENT = 2;
  private static final int IMAGE_METHOD = 1;

  private final JsonReader json = new JsonReader();
  private byte[] bytes = new byte[FIRST_CAPACITY];

  /**
   * Reads a request object.
   *
   * @param source holds its JSON
   * @return whether it is one that asks for something; else the terms ask for nothing
   */
  public boolean read(byte[] source, int offset, int length, NativeTerms terms) {
    int needed = JsonScanner.capacityFor(length);
    if (bytes.length < needed) {
      bytes = new byte[Integer.highestOneBit(needed - 1) << 1];
    }
    System.arraycopy(source, offset, bytes, 0, length);
    json.begin(bytes, length);
    terms.clearRequest();
    readRoot(terms, true);
    json.finish();
    boolean sound = !json.hasFailed() && json.takeFault() == ReadFailure.NONE && terms.count() > 0;
    if (!sound) {
      terms.clearRequest();
    }
    return sound;
  }

  private void readRoot(NativeTerms terms, boolean outer) {
    if (!json.enterObject()) {
      return;
    }
    long seen = 0;
    int field;
    while ((field = json.nextField(KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN || field == NATIVE && !outer) {
        json.skip();
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case NATIVE -> readRoot(terms, false);
        case VER -> readVersion(terms);
        case ASSETS -> readAssets(terms);
        case EVENTTRACKERS -> readTrackers(terms);
        default -> throw new IllegalStateException("field " + field);
      }
    }
  }

  /** {@code 1}, {@code 1.0}, {@code 1.1}, {@code 1.2}; some send a number. */
  private void readVersion(NativeTerms terms) {
    if (json.next() != '"') {
      json.skip();
      return;
    }
    long text = json.readText();
    int length = Span.length(text);
    int at = Span.offset(text);
    if (length == 1 && bytes[at] == '1') {
      terms.version = 10;
    } else if (length >= 3 && bytes[at] == '1' && bytes[at + 1] == '.') {
      int minor = bytes[at + 2] - '0';
      terms.version = minor == 0 || minor == 1 ? 10 + minor : 12;
    }
  }

  private void readAssets(NativeTerms terms) {
    if (!json.enterArray()) {
      return;
    }
    while (json.nextElement()) {
      readAsset(terms);
    }
  }

  private void readAsset(NativeTerms terms) {
    if (!json.enterObject()) {
      return;
    }
    int asset = terms.add();
    int id = 0;
    boolean required = false;
    long seen = 0;
    int field;
    while ((field = json.nextField(ASSET_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN || asset < 0 && field != REQUIRED) {
        json.skip();
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case ID -> id = readId();
        case REQUIRED -> required = json.readInt(0) == 1;
        case TITLE -> readTextAsset(terms, asset, NativeTerms.TITLE);
        case IMG -> readImage(terms, asset);
        case DATA -> readTextAsset(terms, asset, NativeTerms.DATA);
        default -> throw new IllegalStateException("field " + field);
      }
    }
    if (asset < 0) {
      terms.tooMany |= required;
    } else {
      terms.head(asset, id, required);
    }
  }

  /** The response names it again, so it must be a number that can be written. */
  private int readId() {
    int id = json.readInt(0);
    if (id < 0) {
      json.fault(ReadFailure.OUT_OF_RANGE);
    }
    return Math.max(0, id);
  }

  private void readTextAsset(NativeTerms terms, int asset, int kind) {
    if (!json.enterObject()) {
      return;
    }
    int type = 0;
    int length = 0;
    long seen = 0;
    int field;
    while ((field = json.nextField(TEXT_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        continue;
      }
      seen = json.once(seen, field);
      int number = json.readInt(0);
      type = field == TYPE ? number : type;
      length = field == LEN ? Math.max(0, number) : length;
    }
    terms.text(asset, kind, type, length);
  }

  private void readImage(NativeTerms terms, int asset) {
    if (!json.enterObject()) {
      return;
    }
    int type = 0;
    int width = 0;
    int height = 0;
    int minWidth = 0;
    int minHeight = 0;
    long mimes = -1;
    long seen = 0;
    int field;
    while ((field = json.nextField(IMAGE_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case TYPE -> type = json.readInt(0);
        case W -> width = Math.max(0, json.readInt(0));
        case H -> height = Math.max(0, json.readInt(0));
        case WMIN -> minWidth = Math.max(0, json.readInt(0));
        case HMIN -> minHeight = Math.max(0, json.readInt(0));
        case MIMES -> mimes = readMimes();
        default -> throw new IllegalStateException("field " + field);
      }
    }
    terms.image(asset, type, mimes);
    terms.imageSize(asset, width, height, minWidth, minHeight);
  }

  private long readMimes() {
    long mimes = 0;
    boolean any = true;
    if (json.enterArray()) {
      while (json.nextElement()) {
        long mime = json.readText();
        any = false;
        mimes |= MediaType.bit(bytes, Span.offset(mime), Span.length(mime));
      }
    }
    return any ? -1 : mimes;
  }

  private void readTrackers(NativeTerms terms) {
    if (!json.enterArray()) {
      return;
    }
    while (json.nextElement()) {
      if (json.enterObject()) {
        readTracker(terms);
      }
    }
  }

  private void readTracker(NativeTerms terms) {
    int event = 0;
    boolean image = false;
    long seen = 0;
    int field;
    while ((field = json.nextField(TRACKER_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        continue;
      }
      seen = json.once(seen, field);
      if (field == EVENT) {
        event = json.readInt(0);
      } else if (field == METHODS && json.enterArray()) {
        while (json.nextElement()) {
          image |= json.readInt(0) == IMAGE_METHOD;
        }
      }
    }
    terms.tracksImpressions |= image && event == IMPRESSION_EVENT;
    terms.tracksViews |= image && event == VIEW_EVENT;
  }
}
