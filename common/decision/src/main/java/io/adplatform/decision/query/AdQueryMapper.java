package io.adplatform.decision.query;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.LineItemIndex;
import io.adplatform.decision.choice.DealOffers;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.AdRestrictions;
import io.adplatform.decision.targeting.BlockableTexts;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.IntList;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.Geo;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.openrtb.Inventory;
import io.adplatform.wire.targeting.Country;
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

  /** Less than this, network included, and no answer of anybody arrives in time. */
  public static final int MIN_TMAX_MILLIS = 5;

  /** A bid is positive, whatever the floor: CPM micros. */
  public static final long LEAST_PRICE = 1;

  /** Keys of key-values that a screen is targeted by: {@code dooh.venuetype}, {@code dooh.id}. */
  private static final byte[] VENUE_TYPE = "venuetype".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] SCREEN = "screen".getBytes(StandardCharsets.US_ASCII);

  private static final int MINUTES_PER_DAY = 24 * 60;
  private static final long MILLIS_PER_MINUTE = 60_000;

  /** 1970-01-01 was a Thursday: three days into a week that starts on Monday. */
  private static final int EPOCH_MINUTE_OF_WEEK = 3 * MINUTES_PER_DAY;

  /** IAB content categories 1.0, such as {@code IAB1-2}: the taxonomy of our creatives. */
  private static final int IAB_1_0 = 1;

  /** Lengths of the country's code in front of a region's. */
  private static final int ALPHA_2 = 2;

  private static final int ALPHA_3 = 3;

  /** No zone is further from UTC. */
  private static final int MAX_OFFSET_MINUTES = 14 * 60;

  private final boolean secureEndpoint;
  private final byte[] seat;
  private final TermsMapper terms;
  private final CountryClock clock = new CountryClock();
  private final DeviceMapper devices = new DeviceMapper();
  private SupplyPartner partner;
  private CatalogueSnapshot catalogue;
  private long nowMillis;
  private BlockableTexts blockableTexts;
  private int currency;

  /**
   * @param secureEndpoint whether beacons and notices are https
   * @param seat under which bids of line items held here are made
   */
  public AdQueryMapper(boolean secureEndpoint, String seat) {
    this.secureEndpoint = secureEndpoint;
    this.seat = seat.getBytes(StandardCharsets.UTF_8);
    terms = new TermsMapper(seat);
  }

  /**
   * Starts on a request: fills in what all of its imps share.
   *
   * @param query is reset
   * @param ofCatalogue whose currencies decide where the request takes several; blocks that none of
   *     its creatives can meet are passed over
   * @param atMillis now, since 1970
   * @return why nothing of the request can be answered, or NONE
   */
  public Reason begin(
      BidRequest request,
      SupplyPartner ofPartner,
      CatalogueSnapshot ofCatalogue,
      long atMillis,
      AdQuery query) {
    partner = ofPartner;
    catalogue = ofCatalogue;
    nowMillis = atMillis;
    blockableTexts = catalogue.creatives().blockableTexts();
    currency = currencyOf(request, catalogue.lineItems());
    share(request, query);
    if (devices.isCrawler()) {
      return Reason.INVALID_TRAFFIC;
    }
    if (!isSeatAllowed(request)) {
      return Reason.SEAT_NOT_ALLOWED;
    }
    if (!isTaxonomyKnown(request)) {
      return Reason.TAXONOMY_NOT_SERVED;
    }
    return currency == CurrencyCode.UNKNOWN ? Reason.CURRENCY_NOT_SERVED : Reason.NONE;
  }

  /**
   * What the SSP leaves for the whole answer: its {@code tmax}, else what its partner agreed on.
   */
  public static int tmaxMillis(BidRequest request, SupplyPartner partner) {
    return request.tmaxMillis == BidRequest.NO_TMAX
        ? partner.defaultTmaxMillis()
        : request.tmaxMillis;
  }

  /** ISO 4217 number of the currency in which the request is answered. */
  public int currency() {
    return currency;
  }

  /**
   * Fills in what one imp asks for, all but its terms.
   *
   * @return why it cannot be answered at all, or NONE
   */
  public Reason imp(BidRequest request, Imp imp, AdQuery query) {
    query.resetImp();
    query.floorCpmMicros(imp.floorCpmMicros);
    query.secureRequired(imp.secure == 1);
    query.ttlSeconds(ttlSeconds(request, imp));
    offer(imp, query);
    restrict(request.bytes(), imp, query.restrictions());
    addKeyValues(request.bytes(), imp.keyValues, query);
    if (!imp.banner && !imp.videoTerms.offered && !imp.nativeTerms.offered) {
      return Reason.FORMAT_NOT_SERVED;
    }
    if (imp.quantityMillionths != Imp.ONE) {
      // Supply would bill the price for each of so many impressions, and one is charged (qty).
      return Reason.QUANTITY_NOT_SERVED;
    }
    return imp.secure == 1 && !secureEndpoint ? Reason.INSECURE_ENDPOINT : Reason.NONE;
  }

  /**
   * Sets the floor of the imp's open auction: the higher of the imp's and of that of our floor
   * rule, at least 1. To be called after {@link #imp}.
   *
   * @return why nobody can bid without a deal, or NONE
   */
  public Reason open(BidRequest request, Imp imp, AdQuery query) {
    return terms.open(request, imp, partner, catalogue, query);
  }

  /**
   * Fills in the deals that the imp names and that are known here. To be called after {@link #imp}.
   *
   * @param into is cleared
   */
  public void deals(BidRequest request, Imp imp, AdQuery query, DealOffers into) {
    terms.deals(request, imp, partner, catalogue, nowMillis, query, into);
  }

  /** Says what may be shown: the formats of an imp stand beside each other (3.2.4). */
  private static void offer(Imp imp, AdQuery query) {
    if (imp.banner) {
      query.addSize(imp.width, imp.height);
      for (int i = 0; i < imp.formatWidths.size(); i++) {
        query.addSize(imp.formatWidths.get(i), imp.formatHeights.get(i));
      }
    }
    for (int i = 0; i < imp.blockedAttributes.size(); i++) {
      query.addBlockedAttribute(imp.blockedAttributes.get(i));
    }
    if (imp.videoTerms.offered) {
      query.formats().offerVideo(imp.videoTerms, INTERSTITIAL_TTL_SECONDS);
    }
    if (imp.nativeTerms.offered) {
      query.formats().offerNative(imp.nativeTerms);
    }
  }

  private static void restrict(byte[] bytes, Imp imp, AdRestrictions restrictions) {
    for (int i = 0; i < imp.blockedTypes.size(); i++) {
      restrictions.blockType(imp.blockedTypes.get(i));
    }
    for (int i = 0; i < imp.mimes.size(); i++) {
      long mime = imp.mimes.get(i);
      restrictions.admitMime(bytes, Span.offset(mime), Span.length(mime));
    }
  }

  private static int ttlSeconds(BidRequest request, Imp imp) {
    boolean played = request.inventory.kind == Inventory.Kind.DOOH;
    if (imp.interstitial || imp.rewarded || played) {
      return INTERSTITIAL_TTL_SECONDS;
    }
    return request.inventory.kind == Inventory.Kind.APP ? APP_TTL_SECONDS : WEB_TTL_SECONDS;
  }

  /**
   * One currency for the whole response: that of the first floor, if the request takes it. Without
   * floors one in which there is demand: US dollars, OpenRTB's default, if it takes them, else the
   * first that it takes; where there is demand in none, the same of all that it takes.
   */
  private static int currencyOf(BidRequest request, LineItemIndex demand) {
    IntList taken = request.currencies;
    for (int i = 0; i < request.impCount(); i++) {
      Imp imp = request.imp(i);
      boolean takes = taken.size() == 0 || taken.contains(imp.floorCurrency);
      if (imp.floorCpmMicros > 0 && takes && imp.floorCurrency != CurrencyCode.UNKNOWN) {
        return imp.floorCurrency;
      }
    }
    boolean takesDollars = taken.size() == 0 || taken.contains(CurrencyCode.USD);
    if (takesDollars && (taken.size() < 2 || demand.hasCurrency(CurrencyCode.USD))) {
      return CurrencyCode.USD;
    }
    int first = takesDollars ? CurrencyCode.USD : CurrencyCode.UNKNOWN;
    for (int i = 0; i < taken.size(); i++) {
      if (demand.hasCurrency(taken.get(i))) {
        return taken.get(i);
      }
      first = first == CurrencyCode.UNKNOWN ? taken.get(i) : first;
    }
    return first;
  }

  /** {@code wseat} and {@code bseat}: where both come, both hold. */
  private boolean isSeatAllowed(BidRequest request) {
    return (request.allowedSeats.size() == 0 || contains(request, request.allowedSeats))
        && !contains(request, request.blockedSeats);
  }

  /**
   * Whether {@code bcat} and {@code acat}, if there are any, speak of our creatives' categories.
   */
  private static boolean isTaxonomyKnown(BidRequest request) {
    return request.categoryTaxonomy == IAB_1_0
        || request.blockedCategories.size() + request.allowedCategories.size() == 0;
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
    query.currency(currency);
    query.marginBasisPoints(partner.marginBasisPoints());
    query.maxBids(partner.maxBidsPerImp());
    query.test(request.test);
    query.blockableTexts(blockableTexts);
    byte[] bytes = request.bytes();
    for (int i = 0; i < request.blockedCategories.size(); i++) {
      long span = request.blockedCategories.get(i);
      query.addBlockedCategory(bytes, Span.offset(span), Span.length(span));
    }
    for (int i = 0; i < request.blockedAdvertisers.size(); i++) {
      long span = request.blockedAdvertisers.get(i);
      query.addBlockedAdvertiser(bytes, Span.offset(span), Span.length(span));
    }
    for (int i = 0; i < request.allowedCategories.size(); i++) {
      long span = request.allowedCategories.get(i);
      query.restrictions().allowCategory(bytes, Span.offset(span), Span.length(span));
    }
    place(request, query);
    devices.map(request, query);
    shareInventory(request, query);
    addKeywords(bytes, request.user.keywords, query);
    addKeywords(bytes, request.user.keywordList, query);
    addKeyValues(bytes, request.user.keyValues, query);
    query.endShared();
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
    long region = region(bytes, country, geo.region);
    query.region(bytes, Span.offset(region), Span.length(region));
    int offset = request.device.geo.utcOffsetMinutes;
    if (!isOffset(offset)) {
      offset = request.user.geo.utcOffsetMinutes;
    }
    if (!isOffset(offset)) {
      offset =
          clock.offsetMinutes(country, bytes, Span.offset(region), Span.length(region), nowMillis);
    }
    if (offset == CountryClock.UNKNOWN) {
      return;
    }
    long minute = nowMillis / MILLIS_PER_MINUTE + offset + EPOCH_MINUTE_OF_WEEK;
    query.minuteOfWeek((int) Math.floorMod(minute, (long) AdQuery.MINUTES_PER_WEEK));
  }

  /**
   * The code of a region without its country: ISO 3166-2 has it in front ({@code US-CA}), OpenRTB
   * leaves it out. None where it is another country than the request's.
   */
  private static long region(byte[] bytes, int country, long code) {
    int offset = Span.offset(code);
    int length = Span.length(code);
    for (int prefix = ALPHA_2; prefix <= ALPHA_3 && prefix < length; prefix++) {
      if (bytes[offset + prefix] == '-') {
        return Country.pack(bytes, offset, prefix) == country
            ? Span.of(offset + prefix + 1, length - prefix - 1)
            : Span.NONE;
      }
    }
    return code;
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
      case DOOH -> shareScreen(bytes, inventory, query);
      case NONE -> {
        // Nothing to target.
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

  /**
   * A screen: the domain of its owner is targeted like a site's, what kind of place it stands in
   * and its id as key-values (2.6, 3.2.19).
   */
  private static void shareScreen(byte[] bytes, Inventory inventory, AdQuery query) {
    if (Span.length(inventory.domain) > 0) {
      query.site(bytes, Span.offset(inventory.domain), Span.length(inventory.domain));
    }
    addKeyValue(VENUE_TYPE, bytes, inventory.venueTypes, query);
    if (Span.length(inventory.id) > 0) {
      query.addKeyValue(
          SCREEN, 0, SCREEN.length, bytes, Span.offset(inventory.id), Span.length(inventory.id));
    }
  }

  private static void addKeyValue(byte[] key, byte[] bytes, SpanList values, AdQuery query) {
    for (int i = 0; i < values.size(); i++) {
      long value = values.get(i);
      query.addKeyValue(key, 0, key.length, bytes, Span.offset(value), Span.length(value));
    }
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
        addKeyword(bytes, from, equals, to, query);
      }
      from = to + 1;
    }
  }

  private static void addKeyword(byte[] bytes, int from, int equals, int to, AdQuery query) {
    int keyFrom = afterSpace(bytes, from, equals);
    int keyTo = beforeSpace(bytes, keyFrom, equals);
    int valueFrom = afterSpace(bytes, equals + 1, to);
    int valueTo = beforeSpace(bytes, valueFrom, to);
    if (keyTo + 1 == valueFrom) {
      query.addKeyValue(bytes, keyFrom, valueTo - keyFrom);
    } else {
      query.addKeyValue(bytes, keyFrom, keyTo - keyFrom, bytes, valueFrom, valueTo - valueFrom);
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
