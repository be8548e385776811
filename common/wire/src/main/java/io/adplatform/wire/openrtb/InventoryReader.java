package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.KeyTable;

/** Reads {@code site}, {@code app} or {@code dooh}. */
final class InventoryReader {
  private static final int ID = 0;
  private static final int NAME = 1;
  private static final int DOMAIN = 2;
  private static final int PAGE = 3;
  private static final int BUNDLE = 4;
  private static final int CAT = 5;
  private static final int SECTIONCAT = 6;
  private static final int PAGECAT = 7;
  private static final int PUBLISHER = 8;
  private static final int CONTENT = 9;
  private static final int KEYWORDS = 10;
  private static final int KWARRAY = 11;
  private static final int CATTAX = 12;
  private static final int EXT = 13;
  private static final int VENUETYPE = 14;
  private static final KeyTable KEYS =
      new KeyTable(
          "id",
          "name",
          "domain",
          "page",
          "bundle",
          "cat",
          "sectioncat",
          "pagecat",
          "publisher",
          "content",
          "keywords",
          "kwarray",
          "cattax",
          "ext",
          "venuetype");

  private static final int PUBLISHER_ID = 0;
  private static final int PUBLISHER_NAME = 1;
  private static final int PUBLISHER_DOMAIN = 2;
  private static final int PUBLISHER_CAT = 3;
  private static final KeyTable PUBLISHER_KEYS = new KeyTable("id", "name", "domain", "cat");

  private static final int CONTENT_CAT = 0;
  private static final int CONTENT_CATTAX = 1;
  private static final int CONTENT_LANGUAGE = 2;
  private static final KeyTable CONTENT_KEYS = new KeyTable("cat", "cattax", "language");

  /** Whether there was an object. */
  boolean read(JsonReader json, BidRequest request, Inventory.Kind kind) {
    if (!json.enterObject()) {
      return false;
    }
    Inventory inventory = request.inventory;
    inventory.kind = kind;
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
        case ID -> inventory.id = json.readText();
        case NAME -> inventory.name = json.readText();
        case DOMAIN -> inventory.domain = json.readText();
        case PAGE -> inventory.page = json.readText();
        case BUNDLE -> inventory.bundle = json.readText();
        case CAT -> json.readTexts(inventory.categories);
        case SECTIONCAT -> json.readTexts(inventory.sectionCategories);
        case PAGECAT -> json.readTexts(inventory.pageCategories);
        case PUBLISHER -> readPublisher(json, request);
        case CONTENT -> readContent(json, request);
        case KEYWORDS -> inventory.keywords = json.readText();
        case KWARRAY -> json.readTexts(inventory.keywordList);
        case CATTAX -> inventory.categoryTaxonomy = json.readInt(1);
        case VENUETYPE -> json.readTexts(inventory.venueTypes);
        case EXT -> inventory.ext = ExtReader.readData(json, inventory.keyValues);
        default -> throw new IllegalStateException("field " + field);
      }
    }
    return true;
  }

  private static void readPublisher(JsonReader json, BidRequest request) {
    if (!json.enterObject()) {
      return;
    }
    Inventory inventory = request.inventory;
    long seen = 0;
    int field;
    while ((field = json.nextField(PUBLISHER_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        request.unknown.add(json.member());
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case PUBLISHER_ID -> inventory.publisherId = json.readText();
        case PUBLISHER_NAME -> inventory.publisherName = json.readText();
        case PUBLISHER_DOMAIN -> inventory.publisherDomain = json.readText();
        case PUBLISHER_CAT -> json.readTexts(inventory.publisherCategories);
        default -> throw new IllegalStateException("field " + field);
      }
    }
  }

  private static void readContent(JsonReader json, BidRequest request) {
    if (!json.enterObject()) {
      return;
    }
    Inventory inventory = request.inventory;
    long seen = 0;
    int field;
    while ((field = json.nextField(CONTENT_KEYS)) != JsonReader.END) {
      if (field == KeyTable.UNKNOWN) {
        json.skip();
        request.unknown.add(json.member());
        continue;
      }
      seen = json.once(seen, field);
      switch (field) {
        case CONTENT_CAT -> json.readTexts(inventory.contentCategories);
        case CONTENT_CATTAX -> inventory.contentCategoryTaxonomy = json.readInt(1);
        case CONTENT_LANGUAGE -> inventory.contentLanguage = json.readText();
        default -> throw new IllegalStateException("field " + field);
      }
    }
  }
}
