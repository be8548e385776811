package io.adplatform.decision.query;

import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.Country;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.Geo;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.openrtb.Inventory;
import io.adplatform.wire.openrtb.Span;
import io.adplatform.wire.openrtb.SpanList;
import java.nio.charset.StandardCharsets;

/**
 * Says in the words of {@code decision} what the imps of a request ask for: {@link #begin} once,
 * then {@link #imp} for each in order. The query points into the request's bytes. One lane;
 * allocates nothing.
 */
public final class AdQueryMapper {
  /** Seconds that a bid holds, by where it is shown: pages render at once, apps keep ads ready. */
  public static final int WEB_TTL_SECONDS = 60;

  /** See {@link #WEB_TTL_SECONDS}. */
  public static final int APP_TTL_SECONDS = 300;

  /** See {@link #WEB_TTL_SECONDS}. */
  public static final int INTERSTITIAL_TTL_SECONDS = 1_800;

  private static final int MINUTES_PER_DAY = 24 * 60;
  private static final long MILLIS_PER_MINUTE = 60_000;

  /** 1970-01-01 was a Thursday: three days into a week that starts on Monday. */
  private static final int EPOCH_MINUTE_OF_WEEK = 3 * MINUTES_PER_DAY;

  /** No zone is further from UTC. */
  private static final int MAX_OFFSET_MINUTES = 14 * 60;

  private final boolean secureEndpoint;
  private final byte[] seat;
  private final CountryClock clock = new CountryClock();
  private final DeviceMapper devices = new DeviceMapper();
  private SupplyPartner partner;
  private long nowMillis;
  private int currency;
  private boolean impKeyValues;

  /**
   * @param secureEndpoint whether beacons and notices are https
   * @param seat under which bids of line items held here are made
   */
  public AdQueryMapper(boolean secureEndpoint, String seat) {
    this.secureEndpoint = secureEndpoint;
    this.seat = seat.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Starts on a request: fills in what all of its imps share.
   *
   * @param query is reset
   * @param atMillis now, since 1970
   * @return why nothing of the request can be answered, or NONE
   */
  public Reason begin(BidRequest request, SupplyPartner ofPartner, long atMillis, AdQuery query) {
    partner = ofPartner;
    nowMillis = atMillis;
    currency = currencyOf(request);
    share(request, query);
    if (devices.isCrawler()) {
      return Reason.INVALID_TRAFFIC;
    }
    if (!isSeatAllowed(request)) {
      return Reason.SEAT_NOT_ALLOWED;
    }
    return currency == CurrencyCode.UNKNOWN ? Reason.CURRENCY_NOT_SERVED : Reason.NONE;
  }

  /** ISO 4217 number of the currency in which the request is answered. */
  public int currency() {
    return currency;
  }

  /**
   * Fills in what one imp asks for.
   *
   * @return why it cannot be answered, or NONE
   */
  public Reason imp(BidRequest request, Imp imp, AdQuery query) {
    if (impKeyValues) {
      share(request, query);
    } else {
      query.resetImp();
    }
    impKeyValues = imp.keyValues.size() > 0;
    query.floorCpmMicros(imp.floorCpmMicros);
    query.secureRequired(imp.secure == 1);
    query.ttlSeconds(ttlSeconds(request, imp));
    query.addSize(imp.width, imp.height);
    for (int i = 0; i < imp.formatWidths.size(); i++) {
      query.addSize(imp.formatWidths.get(i), imp.formatHeights.get(i));
    }
    for (int i = 0; i < imp.blockedAttributes.size(); i++) {
      query.addBlockedAttribute(imp.blockedAttributes.get(i));
    }
    addKeyValues(request.bytes(), imp.keyValues, query);
    if (!imp.banner) {
      return Reason.FORMAT_NOT_SERVED;
    }
    if (imp.privateAuction) {
      return Reason.PRIVATE_AUCTION;
    }
    if (imp.secure == 1 && !secureEndpoint) {
      return Reason.INSECURE_ENDPOINT;
    }
    return imp.floorCpmMicros > 0 && imp.floorCurrency != currency
        ? Reason.CURRENCY_NOT_SERVED
        : Reason.NONE;
  }

  private static int ttlSeconds(BidRequest request, Imp imp) {
    if (imp.interstitial || imp.rewarded) {
      return INTERSTITIAL_TTL_SECONDS;
    }
    return request.inventory.kind == Inventory.Kind.APP ? APP_TTL_SECONDS : WEB_TTL_SECONDS;
  }

  /**
   * One currency for the whole response: that of the first floor, if the request takes it; without
   * floors US dollars, OpenRTB's default, if it takes them, else the first that it takes.
   */
  private static int currencyOf(BidRequest request) {
    int wanted = CurrencyCode.UNKNOWN;
    for (int i = 0; i < request.impCount() && wanted == CurrencyCode.UNKNOWN; i++) {
      Imp imp = request.imp(i);
      boolean taken =
          request.currencies.size() == 0 || request.currencies.contains(imp.floorCurrency);
      wanted = imp.floorCpmMicros > 0 && taken ? imp.floorCurrency : CurrencyCode.UNKNOWN;
    }
    if (wanted == CurrencyCode.UNKNOWN
        && (request.currencies.size() == 0 || request.currencies.contains(CurrencyCode.USD))) {
      return CurrencyCode.USD;
    }
    for (int i = 0; i < request.currencies.size() && wanted == CurrencyCode.UNKNOWN; i++) {
      wanted = request.currencies.get(i);
    }
    return wanted;
  }

  /** {@code wseat} and {@code bseat}: where both come, both hold. */
  private boolean isSeatAllowed(BidRequest request) {
    return (request.allowedSeats.size() == 0 || contains(request, request.allowedSeats))
        && !contains(request, request.blockedSeats);
  }

  private boolean contains(BidRequest request, SpanList seats) {
    for (int i = 0; i < seats.size(); i++) {
      if (Span.equals(request.bytes(), seats.get(i), seat)) {
        return true;
      }
    }
    return false;
  }

  private void share(BidRequest request, AdQuery query) {
    query.reset();
    impKeyValues = false;
    query.currency(currency);
    query.marginBasisPoints(partner.marginBasisPoints());
    query.maxBids(partner.maxBidsPerImp());
    query.test(request.test);
    byte[] bytes = request.bytes();
    for (int i = 0; i < request.blockedCategories.size(); i++) {
      long span = request.blockedCategories.get(i);
      query.addBlockedCategory(bytes, Span.offset(span), Span.length(span));
    }
    for (int i = 0; i < request.blockedAdvertisers.size(); i++) {
      long span = request.blockedAdvertisers.get(i);
      query.addBlockedAdvertiser(bytes, Span.offset(span), Span.length(span));
    }
    place(request, query);
    devices.map(request, query);
    shareInventory(request, query);
    addKeywords(bytes, request.user.keywords, query);
    addKeywords(bytes, request.user.keywordList, query);
    addKeyValues(bytes, request.user.keyValues, query);
  }

  private void place(BidRequest request, AdQuery query) {
    byte[] bytes = request.bytes();
    int country = country(bytes, request.device.geo);
    Geo geo = request.device.geo;
    if (country == Country.UNKNOWN) {
      country = country(bytes, request.user.geo);
      geo = request.user.geo;
    }
    query.country(country);
    query.region(bytes, Span.offset(geo.region), Span.length(geo.region));
    int offset = request.device.geo.utcOffsetMinutes;
    if (!isOffset(offset)) {
      offset = request.user.geo.utcOffsetMinutes;
    }
    if (!isOffset(offset)) {
      offset = clock.offsetMinutes(country, nowMillis);
    }
    long minute = nowMillis / MILLIS_PER_MINUTE + offset + EPOCH_MINUTE_OF_WEEK;
    query.minuteOfWeek((int) Math.floorMod(minute, (long) AdQuery.MINUTES_PER_WEEK));
  }

  private static int country(byte[] bytes, Geo geo) {
    return Country.pack(bytes, Span.offset(geo.country), Span.length(geo.country));
  }

  private static boolean isOffset(int minutes) {
    return minutes >= -MAX_OFFSET_MINUTES && minutes <= MAX_OFFSET_MINUTES;
  }

  private static void shareInventory(BidRequest request, AdQuery query) {
    byte[] bytes = request.bytes();
    Inventory inventory = request.inventory;
    switch (inventory.kind) {
      case SITE -> {
        long domain = inventory.domain;
        if (Span.length(domain) == 0) {
          domain = host(bytes, inventory.page);
        }
        if (Span.length(domain) > 0) {
          query.site(bytes, Span.offset(domain), Span.length(domain));
        }
      }
      case APP -> query.app(bytes, Span.offset(inventory.bundle), Span.length(inventory.bundle));
      case DOOH, NONE -> {
        // Neither a site nor an app to target.
      }
    }
    query.publisher(bytes, Span.offset(inventory.publisherId), Span.length(inventory.publisherId));
    addCategories(bytes, inventory.categories, query);
    addCategories(bytes, inventory.sectionCategories, query);
    addCategories(bytes, inventory.pageCategories, query);
    addCategories(bytes, inventory.contentCategories, query);
    addLanguage(bytes, request.device.language, query);
    addLanguage(bytes, request.device.languageTag, query);
    addLanguage(bytes, inventory.contentLanguage, query);
    addKeywords(bytes, inventory.keywords, query);
    addKeywords(bytes, inventory.keywordList, query);
    addKeyValues(bytes, inventory.keyValues, query);
  }

  private static void addCategories(byte[] bytes, SpanList categories, AdQuery query) {
    for (int i = 0; i < categories.size(); i++) {
      long span = categories.get(i);
      query.addCategory(bytes, Span.offset(span), Span.length(span));
    }
  }

  private static void addLanguage(byte[] bytes, long language, AdQuery query) {
    if (Span.length(language) > 0) {
      query.addLanguage(bytes, Span.offset(language), Span.length(language));
    }
  }

  /** The host of an absolute address, or NONE. */
  private static long host(byte[] bytes, long page) {
    int end = Span.end(page);
    for (int i = Span.offset(page); i + 3 <= end; i++) {
      if (bytes[i] == ':' && bytes[i + 1] == '/' && bytes[i + 2] == '/') {
        int from = i + 3;
        int to = from;
        while (to < end && isHostByte(bytes[to])) {
          to++;
        }
        return Span.of(from, to - from);
      }
    }
    return Span.NONE;
  }

  private static boolean isHostByte(byte b) {
    return b != '/' && b != ':' && b != '?' && b != '#';
  }

  private static void addKeywords(byte[] bytes, SpanList keywords, AdQuery query) {
    for (int i = 0; i < keywords.size(); i++) {
      addKeywords(bytes, keywords.get(i), query);
    }
  }

  /** Of texts separated by commas, those of the form {@code key=value}. */
  private static void addKeywords(byte[] bytes, long keywords, AdQuery query) {
    int end = Span.end(keywords);
    int from = Span.offset(keywords);
    while (from < end) {
      int to = from;
      int equals = -1;
      while (to < end && bytes[to] != ',') {
        equals = equals < 0 && bytes[to] == '=' ? to : equals;
        to++;
      }
      if (equals > from) {
        int keyFrom = afterSpace(bytes, from, equals);
        int valueFrom = afterSpace(bytes, equals + 1, to);
        query.addKeyValue(
            bytes,
            keyFrom,
            beforeSpace(bytes, keyFrom, equals) - keyFrom,
            bytes,
            valueFrom,
            beforeSpace(bytes, valueFrom, to) - valueFrom);
      }
      from = to + 1;
    }
  }

  private static int afterSpace(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] == ' ') {
      at++;
    }
    return at;
  }

  private static int beforeSpace(byte[] bytes, int from, int to) {
    int at = to;
    while (at > from && bytes[at - 1] == ' ') {
      at--;
    }
    return at;
  }

  private static void addKeyValues(byte[] bytes, SpanList keyValues, AdQuery query) {
    for (int i = 0; i < keyValues.size(); i += 2) {
      long key = keyValues.get(i);
      long value = keyValues.get(i + 1);
      query.addKeyValue(
          bytes, Span.offset(key), Span.length(key), bytes, Span.offset(value), Span.length(value));
    }
  }
}
