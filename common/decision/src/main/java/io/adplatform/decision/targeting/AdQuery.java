package io.adplatform.decision.targeting;

import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.targeting.Country;

/**
 * What one imp (or placement) asks for, as the index reads it: numbers, and spans of the buffer the
 * request was read into. Filled, used and {@link #reset} by one lane; allocates nothing once its
 * lists have grown. Texts are UTF-8 bytes without JSON escapes.
 *
 * <p>What has not been set is unknown: it matches no include and no exclude.
 */
public final class AdQuery {
  /** Of {@link #minuteOfWeek}: not known, so that no day-part matches. */
  public static final int UNKNOWN_MINUTE = -1;

  /** Minutes from Monday 00:00 to the next. */
  public static final int MINUTES_PER_WEEK = 7 * 24 * 60;

  /**
   * Most sizes, categories and key-values taken of one query; what comes after is passed over. An
   * honest imp has a tenth of it, and each costs work in every block of the index.
   */
  public static final int MAX_VALUES = 256;

  /** Longest region code taken, in bytes; ISO 3166-2 has at most three. */
  private static final int MAX_REGION_LENGTH = 6;

  /**
   * Deepest label of a domain that a targeted value can name; longer ones have no such customers.
   */
  private static final int MAX_DOMAIN_LABELS = 16;

  /** Of {@link #blockedTexts}: {@code bcat}. */
  static final int CATEGORIES = 0;

  /** Of {@link #blockedTexts}: {@code badv}. */
  static final int ADVERTISERS = 1;

  private static final int COUNTRY_SHIFT = 48;
  private static final int FIRST_CAPACITY = 16;

  /** Bytes of key-values that few requests exceed. */
  private static final int FIRST_JOINED = 512;

  // What the imp and the seller ask of any answer.
  private long floorCpmMicros;
  private int currency;
  private int marginBasisPoints;
  private int maxBids;
  private int ttlSeconds;
  private boolean secureRequired;
  private boolean test;
  private final TextSet blockedTexts = new TextSet();
  private BlockableTexts blockableTexts;
  private final AdFormats formats = new AdFormats();

  // What line items are targeted by.
  int country;
  long region;
  int deviceType;
  int connection;
  int minuteOfWeek;
  final SpanList operatingSystem = new SpanList(1);
  final SpanList browser = new SpanList(1);
  final SpanList siteSuffixes = new SpanList(MAX_DOMAIN_LABELS);
  final SpanList app = new SpanList(1);
  final SpanList publisher = new SpanList(1);
  final SpanList categories = new SpanList(FIRST_CAPACITY);
  final SpanList languages = new SpanList(2);
  final SpanList keyValues = new SpanList(FIRST_CAPACITY);

  /** Holds key-values that are not written as one in the request. */
  private byte[] joined = new byte[FIRST_JOINED];

  private int joinedLength;

  // Where the request's own key-values end and an imp's begin.
  private int sharedKeyValues;
  private byte[] sharedJoined;
  private int sharedJoinedLength;

  private final AdRestrictions restrictions = new AdRestrictions();

  /** An empty query. */
  public AdQuery() {
    reset();
  }

  /** Forgets everything that was set. */
  public void reset() {
    floorCpmMicros = 0;
    currency = CurrencyCode.USD;
    marginBasisPoints = 0;
    maxBids = 1;
    ttlSeconds = 0;
    secureRequired = false;
    test = false;
    blockedTexts.clear();
    blockableTexts = null;
    formats.reset();
    restrictions.reset();
    resetTargeting();
  }

  private void resetTargeting() {
    country = Country.UNKNOWN;
    region = 0;
    deviceType = 0;
    connection = 0;
    minuteOfWeek = UNKNOWN_MINUTE;
    operatingSystem.clear();
    browser.clear();
    siteSuffixes.clear();
    app.clear();
    publisher.clear();
    categories.clear();
    languages.clear();
    keyValues.clear();
    joinedLength = 0;
    endShared();
  }

  /** Says that all is set which the imps of the request share. */
  public void endShared() {
    sharedKeyValues = keyValues.size();
    sharedJoined = joined;
    sharedJoinedLength = joinedLength;
  }

  /**
   * Forgets what differs between the imps of one request (sizes, floor, secure, what its banner
   * asks of creatives, the key-values since {@link #endShared}), and keeps the rest.
   */
  public void resetImp() {
    keyValues.cutOff(sharedKeyValues);
    joinedLength = joined == sharedJoined ? sharedJoinedLength : 0;
    floorCpmMicros = 0;
    secureRequired = false;
    formats.reset();
    restrictions.resetImp();
  }

  // Terms.

  /** The lowest price taken, CPM micros of {@link #currency}, after the margin; equal is enough. */
  public void floorCpmMicros(long micros) {
    floorCpmMicros = micros;
  }

  /** See the setter. */
  public long floorCpmMicros() {
    return floorCpmMicros;
  }

  /** ISO 4217 number of the one currency that bids may be in; USD if not set. */
  public void currency(int numeric) {
    currency = numeric;
  }

  /** See the setter. */
  public int currency() {
    return currency;
  }

  /** What is taken off a bid before it meets the floor, 0 to 9,999 hundredths of a percent. */
  public void marginBasisPoints(int basisPoints) {
    marginBasisPoints = basisPoints;
  }

  /** See the setter. */
  public int marginBasisPoints() {
    return marginBasisPoints;
  }

  /**
   * How many bids may be made, 1 (if not set) to {@code Candidates.MAX}; each has its own line
   * item.
   */
  public void maxBids(int bids) {
    maxBids = bids;
  }

  /** See the setter. */
  public int maxBids() {
    return maxBids;
  }

  /** How long a bid may still be charged for after the auction, in seconds, positive. */
  public void ttlSeconds(int seconds) {
    ttlSeconds = seconds;
  }

  /** See the setter. */
  public int ttlSeconds() {
    return ttlSeconds;
  }

  /** How long a bid with a creative of a format may still be charged for. */
  public int ttlSeconds(Format format) {
    int ofVideo = formats.videoTtlSeconds();
    return format == Format.VIDEO && ofVideo > 0 ? ofVideo : ttlSeconds;
  }

  /** Whether only creatives that load nothing over plain http may be shown. */
  public void secureRequired(boolean required) {
    secureRequired = required;
  }

  /** See the setter. */
  public boolean secureRequired() {
    return secureRequired;
  }

  /** Whether nothing of this auction will be charged: it then reserves nothing of a lease. */
  public void test(boolean isTest) {
    test = isTest;
  }

  /** See the setter. */
  public boolean test() {
    return test;
  }

  /**
   * Says which texts can block anything of what there is: others are passed over from now on. All
   * are kept where it is null (if not set).
   */
  public void blockableTexts(BlockableTexts texts) {
    blockableTexts = texts;
  }

  /** A category ({@code bcat}) that no ad may have; a top category blocks those below it. */
  public void addBlockedCategory(byte[] buffer, int offset, int length) {
    block(CATEGORIES, buffer, offset, length);
  }

  /** A domain ({@code badv}) that no advertiser may have, nor a subdomain of it; either case. */
  public void addBlockedAdvertiser(byte[] buffer, int offset, int length) {
    int www = startsWithWww(buffer, offset, length) ? 4 : 0;
    block(ADVERTISERS, buffer, offset + www, length - www);
  }

  /** A creative attribute ({@code banner.battr}) that no banner may have. */
  public void addBlockedAttribute(int attribute) {
    formats.blockBannerAttribute(attribute);
  }

  /** Blocked categories and advertisers. */
  TextSet blockedTexts() {
    return blockedTexts;
  }

  /** Which formats are offered, and what is asked of each; reset with the query. */
  public AdFormats formats() {
    return formats;
  }

  /** What else is asked of creatives; reset with the query. */
  public AdRestrictions restrictions() {
    return restrictions;
  }

  // Targeting.

  /** {@link Country}, packed. */
  public void country(int packed) {
    country = packed;
  }

  /** See the setter. */
  public int country() {
    return country;
  }

  /**
   * The region's code without the country, such as {@code CA}, either case; set the country first.
   * Without a country, or longer than {@value #MAX_REGION_LENGTH} bytes, it stays unknown.
   */
  public void region(byte[] buffer, int offset, int length) {
    region = packRegion(country, buffer, offset, length);
  }

  /** The country and the region of it as one number; 0 where one of them is unknown. */
  public long region() {
    return region;
  }

  /** Code of {@link io.adplatform.wire.targeting.DeviceType}. */
  public void deviceType(int code) {
    deviceType = code;
  }

  /** See the setter. */
  public int deviceType() {
    return deviceType;
  }

  /** Name of the operating system, such as {@code ios}; either case. */
  public void operatingSystem(byte[] buffer, int offset, int length) {
    set(operatingSystem, buffer, offset, length);
  }

  /** Name of the browser, such as {@code chrome}; either case. */
  public void browser(byte[] buffer, int offset, int length) {
    set(browser, buffer, offset, length);
  }

  /**
   * A size of banners offered, in device-independent pixels; those outside 1 to 65,535 are passed
   * over. All are to be set before video is offered.
   */
  public void addSize(int width, int height) {
    formats.addBannerSize(width, height);
  }

  /** How many sizes are offered, of banners and of a player. */
  public int sizeCount() {
    return formats.sizeCount;
  }

  /** Whether banners of a size, packed as {@link #packSize} does, may be shown. */
  public boolean offersSize(int packed) {
    return formats.offersTerm(packed);
  }

  /** The domain of the site, either case; a leading {@code www.} is passed over. */
  public void site(byte[] buffer, int offset, int length) {
    siteSuffixes.clear();
    int from = startsWithWww(buffer, offset, length) ? offset + 4 : offset;
    int end = offset + length;
    if (from == end) {
      return;
    }
    siteSuffixes.add(buffer, from, end - from);
    for (int at = end - 2; at >= from && siteSuffixes.size() < MAX_DOMAIN_LABELS; at--) {
      if (buffer[at] == '.') {
        siteSuffixes.add(buffer, at + 1, end - at - 1);
      }
    }
  }

  /** The bundle of the app, exact. */
  public void app(byte[] buffer, int offset, int length) {
    set(app, buffer, offset, length);
  }

  /** The id of the publisher at the seller, exact. */
  public void publisher(byte[] buffer, int offset, int length) {
    set(publisher, buffer, offset, length);
  }

  /** A content category of the site, app, page, section or content, such as {@code IAB1-2}. */
  public void addCategory(byte[] buffer, int offset, int length) {
    if (categories.size() < MAX_VALUES) {
      categories.add(buffer, offset, length);
    }
  }

  /** A language tag of the device or the content; its first subtag counts, either case. */
  public void addLanguage(byte[] buffer, int offset, int length) {
    int end = 0;
    while (end < length && buffer[offset + end] != '-' && buffer[offset + end] != '_') {
      end++;
    }
    if (end > 0 && languages.size() < MAX_VALUES) {
      languages.add(buffer, offset, end);
    }
  }

  /** Code of {@link io.adplatform.wire.targeting.Connection}. */
  public void connection(int code) {
    connection = code;
  }

  /**
   * A key and a value of it; a key may have several values. Exact; a key with a {@code =} in it is
   * passed over: what is targeted has none.
   */
  public void addKeyValue(
      byte[] keyBuffer,
      int keyOffset,
      int keyLength,
      byte[] valueBuffer,
      int valueOffset,
      int valueLength) {
    if (keyValues.size() == MAX_VALUES) {
      return;
    }
    for (int i = 0; i < keyLength; i++) {
      if (keyBuffer[keyOffset + i] == '=') {
        return;
      }
    }
    int length = keyLength + 1 + valueLength;
    if (joinedLength + length > joined.length) {
      // What was added stays where it is.
      joined = new byte[2 * Math.max(joined.length, length)];
      joinedLength = 0;
    }
    int at = joinedLength;
    System.arraycopy(keyBuffer, keyOffset, joined, at, keyLength);
    joined[at + keyLength] = '=';
    System.arraycopy(valueBuffer, valueOffset, joined, at + keyLength + 1, valueLength);
    joinedLength += length;
    keyValues.add(joined, at, length);
  }

  /** The same of a text in which the first {@code =} stands between the two. */
  public void addKeyValue(byte[] buffer, int offset, int length) {
    if (keyValues.size() < MAX_VALUES) {
      keyValues.add(buffer, offset, length);
    }
  }

  /**
   * The viewer's local time as minutes since Monday 00:00, 0 to {@value #MINUTES_PER_WEEK} - 1, or
   * {@link #UNKNOWN_MINUTE}.
   */
  public void minuteOfWeek(int minute) {
    minuteOfWeek = minute;
  }

  /** See the setter. */
  public int minuteOfWeek() {
    return minuteOfWeek;
  }

  /** A size as one number: width in the high 16 bits, height in the low ones. */
  public static int packSize(int width, int height) {
    return width << Short.SIZE | height;
  }

  /** A country and a region of it as one number; 0 where one of them is unknown. */
  static long packRegion(int country, byte[] buffer, int offset, int length) {
    if (country == Country.UNKNOWN || length < 1 || length > MAX_REGION_LENGTH) {
      return 0;
    }
    long packed = 0;
    for (int i = 0; i < length; i++) {
      packed = packed << Byte.SIZE | TextHash.fold(buffer[offset + i]) & 0xFF;
    }
    return (long) country << COUNTRY_SHIFT | packed;
  }

  private void block(int list, byte[] buffer, int offset, int length) {
    if (blockableTexts == null || blockableTexts.mayContain(list, buffer, offset, length)) {
      blockedTexts.add(list, buffer, offset, length);
    }
  }

  private static void set(SpanList list, byte[] buffer, int offset, int length) {
    list.clear();
    if (length > 0) {
      list.add(buffer, offset, length);
    }
  }

  static boolean startsWithWww(byte[] buffer, int offset, int length) {
    return length > 4
        && TextHash.fold(buffer[offset]) == 'w'
        && TextHash.fold(buffer[offset + 1]) == 'w'
        && TextHash.fold(buffer[offset + 2]) == 'w'
        && buffer[offset + 3] == '.';
  }
}
