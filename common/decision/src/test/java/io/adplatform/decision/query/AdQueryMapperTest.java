package io.adplatform.decision.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.NaiveMatcher;
import io.adplatform.testkit.check.AllocationCheck;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.DeviceType;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdQueryMapperTest {
  private static final SupplyPartner PARTNER =
      new SupplyPartner(
          7, 1, "ssp", "SSP", Status.ACTIVE, 300, BillableEvent.BEACON, 250, 1000, 1, 1.0, false);
  private static final long NOW = Instant.parse("2026-01-05T12:34:00Z").toEpochMilli();

  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest request = new BidRequest();
  private final AdQuery query = new AdQuery();
  private CatalogueSnapshot demand = demandIn("USD");
  private AdQueryMapper mapper = new AdQueryMapper(true, "house");

  /** Line items, one in each of some currencies. */
  static CatalogueSnapshot demandIn(String... currencies) {
    CatalogueCompiler compiler = new CatalogueCompiler(CreativeCompiler.NONE);
    List<CatalogueEntity> entities = new ArrayList<>();
    for (int i = 0; i < currencies.length; i++) {
      long id = 10 * (i + 1);
      entities.add(new Advertiser(id, 1, "Acme", currencies[i], "UTC"));
      entities.add(
          new Campaign(id + 1, 1, id, "Sale", Status.ACTIVE, null, null, Budget.UNBOUNDED));
      entities.add(
          new Creative(
              id + 2,
              1,
              id,
              "Banner",
              Status.ACTIVE,
              Format.BANNER,
              300,
              250,
              "<a></a>",
              "https://acme.example/",
              List.of("acme.example"),
              List.of(),
              List.of(),
              true));
      entities.add(
          new LineItem(
              id + 3,
              1,
              id,
              id + 1,
              "Line item",
              Status.ACTIVE,
              1_000_000,
              List.of(id + 2),
              Budget.UNBOUNDED,
              null,
              null,
              Targeting.ANY));
    }
    for (int i = 0; i < entities.size(); i++) {
      compiler.apply(CatalogueKey.of(entities.get(i)), entities.get(i), i + 1);
    }
    return compiler.compile(NOW);
  }

  private Reason begin(String json) {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    assertEquals(ReadFailure.NONE, reader.read(request));
    return mapper.begin(request, PARTNER, demand, NOW, query);
  }

  private Reason imp(String imp, String besides) {
    Reason reason = begin("{'id':'r','imp':[" + imp + "]" + besides + "}");
    reason = reason == Reason.NONE ? mapper.imp(request, request.imp(0), query) : reason;
    return reason == Reason.NONE ? mapper.open(request, request.imp(0), query) : reason;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'id':'1','banner':{}}||NONE",
        "{'id':'1','video':{}}||NONE",
        "{'id':'1','audio':{}}||FORMAT_NOT_SERVED",
        "{'id':'1','native':{'request':'x'}}||FORMAT_NOT_SERVED",
        "{'id':'1','banner':{},'qty':{'multiplier':2}}||QUANTITY_NOT_SERVED",
        "{'id':'1','banner':{},'pmp':{'private_auction':1}}||PRIVATE_AUCTION",
        "{'id':'1','banner':{},'bidfloor':1,'bidfloorcur':'EUR'}|,'cur':['USD']|CURRENCY_NOT_SERVED",
        "{'id':'1','banner':{},'bidfloor':1,'bidfloorcur':'EUR'}|,'cur':['USD','EUR']|NONE",
        "{'id':'1','banner':{},'bidfloorcur':'EUR'}|,'cur':['USD']|NONE",
        "{'id':'1','banner':{}}|,'cur':['XQQ']|CURRENCY_NOT_SERVED",
        "{'id':'1','banner':{}}|,'bcat':['IAB7'],'cattax':1|NONE",
        "{'id':'1','banner':{}}|,'bcat':['483'],'cattax':7|TAXONOMY_NOT_SERVED",
        "{'id':'1','banner':{}}|,'acat':['483'],'cattax':2|TAXONOMY_NOT_SERVED",
        "{'id':'1','banner':{}}|,'cattax':7|NONE",
        "{'id':'1','banner':{}}|,'wseat':['other']|SEAT_NOT_ALLOWED",
        "{'id':'1','banner':{}}|,'wseat':['other','house']|NONE",
        "{'id':'1','banner':{}}|,'wseat':['house'],'bseat':['house']|SEAT_NOT_ALLOWED",
        "{'id':'1','banner':{}}|,'device':{'ua':'Googlebot/2.1'}|INVALID_TRAFFIC"
      })
  void shouldSayWhyAnImpCannotBeAnswered(String imp, String besides, Reason expected) {
    assertEquals(expected, imp(imp, besides == null ? "" : besides));
  }

  @Test
  void shouldRefuseSecureImpsOfAnEndpointThatIsNot() {
    mapper = new AdQueryMapper(false, "house");

    assertEquals(Reason.INSECURE_ENDPOINT, imp("{'id':'1','banner':{},'secure':1}", ""));
    assertEquals(Reason.NONE, imp("{'id':'1','banner':{},'secure':0}", ""));
  }

  @Test
  void shouldOfferEverySizeOfAnImpAndNoneOfTheOneBefore() {
    begin(
        "{'id':'r','imp':[{'id':'1','banner':{'w':320,'h':50,'format':[{'w':300,'h':250}]}},"
            + "{'id':'2','banner':{'w':728,'h':90}}]}");
    mapper.imp(request, request.imp(0), query);
    assertTrue(query.offersSize(AdQuery.packSize(320, 50)));
    assertTrue(query.offersSize(AdQuery.packSize(300, 250)));

    mapper.imp(request, request.imp(1), query);
    assertFalse(query.offersSize(AdQuery.packSize(320, 50)));
    assertTrue(query.offersSize(AdQuery.packSize(728, 90)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'geo':{'country':'US'}}|USA",
        "{'geo':{'country':'deu'}}|DEU",
        "{'geo':{'country':'nowhere'}}|",
        "{}|"
      })
  void shouldMapCountries(String device, String expected) {
    begin("{'id':'r','imp':[{'id':'1'}],'device':" + device + "}");

    assertEquals(expected, Country.text(query.country()));
  }

  @Test
  void shouldTakeTheCountryOfTheUserWhereTheDeviceHasNone() {
    begin("{'id':'r','imp':[{'id':'1'}],'device':{},'user':{'geo':{'country':'FRA'}}}");

    assertEquals("FRA", Country.text(query.country()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'devicetype':2,'ua':'iPhone'|DESKTOP",
        "'devicetype':1,'ua':'Mozilla/5.0 (iPad)'|TABLET",
        "'devicetype':1|MOBILE",
        "'ua':'Mozilla/5.0 (Linux; Android 14) Chrome/1 Mobile'|PHONE",
        "'ua':'Mozilla/5.0 (Linux; Android 14) Chrome/1'|TABLET",
        "'ua':'Mozilla/5.0 (Windows NT 10.0)'|DESKTOP",
        "'ua':'Roku/DVP'|CONNECTED_TV",
        "'devicetype':77|UNKNOWN",
        "'sua':{'mobile':1}|PHONE"
      })
  void shouldTellTheKindOfDevice(String members, DeviceType expected) {
    begin("{'id':'r','imp':[{'id':'1'}],'device':{" + members + "}}");

    assertEquals(expected.code(), query.deviceType());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|USD,EUR|USD",
        "['USD','EUR']|USD,EUR|USD",
        "['EUR','USD']|USD,EUR|USD",
        "['USD','EUR']|EUR|EUR",
        "['GBP','USD','EUR','CHF']|CHF,EUR|EUR",
        "['USD','EUR']|GBP|USD",
        "['GBP','EUR']|USD|GBP",
        "['XQQ','EUR']|USD|EUR",
        "[]|EUR|USD"
      })
  void shouldAnswerInACurrencyInWhichThereIsDemand(String taken, String held, String expected) {
    demand = demandIn(held.split(","));
    begin("{'id':'r','imp':[{'id':'1','banner':{}}],'cur':" + taken + "}");

    assertEquals(CurrencyCode.numeric(expected), mapper.currency());
    assertEquals(CurrencyCode.numeric(expected), query.currency());
  }

  @Test
  void shouldKeepToTheCurrencyOfTheFloor() {
    demand = demandIn("EUR");
    imp("{'id':'1','banner':{},'bidfloor':1}", ",'cur':['EUR','USD']");

    assertEquals(CurrencyCode.USD, mapper.currency());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'country':'USA','region':'CA'|USA/CA|true",
        "'country':'USA','region':'US-CA'|USA/CA|true",
        "'country':'USA','region':'us-ca'|USA/CA|true",
        "'country':'US','region':'USA-CA'|USA/CA|true",
        "'country':'GBR','region':'GB-ENG'|GBR/ENG|true",
        "'country':'USA','region':'NY'|USA/CA|false",
        "'country':'CAN','region':'US-CA'|USA/CA|false",
        "'country':'CAN','region':'US-CA'|CAN/CA|false",
        "'region':'US-CA'|USA/CA|false",
        "'country':'USA','region':''|USA/CA|false"
      })
  void shouldTakeRegionsWithTheirCountryOrWithout(String geo, String region, boolean in) {
    begin("{'id':'r','imp':[{'id':'1'}],'device':{'geo':{" + geo + "}}}");

    assertEquals(in, matches("region", region));
    Targeting exclude = new Targeting(Map.of(), Map.of("region", List.of(region)), List.of());
    assertEquals(in, new NaiveMatcher(query).firstMismatch(exclude) != null);
  }

  private boolean matches(String attribute, String value) {
    Targeting include = new Targeting(Map.of(attribute, List.of(value)), Map.of(), List.of());
    return new NaiveMatcher(query).firstMismatch(include) == null;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Monday 5 January 2026, 12:34 UTC.
        "{'geo':{'utcoffset':60}}|13:34",
        "{'geo':{'utcoffset':-300,'country':'DEU'}}|07:34",
        "{'geo':{'utcoffset':9999,'country':'DEU'}}|13:34",
        "{'geo':{'country':'IND'}}|18:04",
        "{'geo':{'country':'USA'}}|07:34",
        "{'geo':{'country':'USA','region':'CA'}}|04:34",
        "{'geo':{'country':'USA','region':'US-HI'}}|02:34",
        "{'geo':{'country':'RUS','region':'kam'}}|24:34",
        "{'geo':{'country':'GHA'}}|12:34",
        "{'geo':{'region':'CA'}}|",
        "{'geo':{'country':'ZZZ'}}|",
        "{}|"
      })
  void shouldKnowTheViewersTimeOrThatNobodyDoes(String device, String expected) {
    begin("{'id':'r','imp':[{'id':'1'}],'device':" + device + "}");

    int minute = AdQuery.UNKNOWN_MINUTE;
    if (expected != null) {
      String[] parts = expected.split(":");
      minute = 60 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]);
    }
    assertEquals(minute, query.minuteOfWeek());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'id':'1','banner':{}}|,'site':{}|60",
        "{'id':'1','banner':{}}||60",
        "{'id':'1','banner':{}}|,'app':{}|300",
        "{'id':'1','banner':{},'instl':1}|,'app':{}|1800",
        "{'id':'1','banner':{},'rwdd':1}|,'site':{}|1800"
      })
  void shouldLetBidsHoldAsLongAsWhereTheyAreShownTakes(String imp, String besides, int seconds) {
    imp(imp, besides == null ? "" : besides);

    assertEquals(seconds, query.ttlSeconds());
  }

  @Test
  void shouldNeitherLoseNorInheritKeyValuesOfAnotherImp() {
    begin(
        "{'id':'r','site':{'ext':{'data':{'topic':'cars'}}},'acat':['IAB1'],'imp':["
            + "{'id':'1','banner':{},'ext':{'data':{'slot':'top'}}},"
            + "{'id':'2','banner':{}},"
            + "{'id':'3','banner':{},'ext':{'data':{'slot':'side'}}}]}");
    String[] slots = {"slot=top", null, "slot=side"};
    for (int i = 0; i < slots.length; i++) {
      mapper.imp(request, request.imp(i), query);
      assertTrue(matches("keyValue", "topic=cars"), "imp " + i);
      for (String slot : new String[] {"slot=top", "slot=side"}) {
        assertEquals(slot.equals(slots[i]), matches("keyValue", slot), "imp " + i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'ua':'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148"
            + " Safari/604.1'|ios|safari",
        "'ua':'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.0 Safari/605'|macos|safari",
        "'ua':'Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 Edg/120.0'|windows|edge",
        "'ua':'Mozilla/5.0 (Windows NT 10.0) Chrome/119 Safari/537.36 OPR/105.0'|windows|opera",
        "'ua':'Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101"
            + " Firefox/120.0'|linux|firefox",
        "'ua':'Mozilla/5.0 (X11; CrOS x86_64) Chrome/120 Safari/537.36'|chromeos|chrome",
        "'ua':'Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36'|android|chrome",
        "'ua':'Mozilla/5.0 (Linux; Android 14) SamsungBrowser/23.0 Chrome/115 Mobile Safari/537.36'"
            + "|android|samsung",
        "'os':'iPadOS','ua':'Mozilla/5.0 (Windows NT 10.0) Firefox/120.0'|ios|firefox",
        "'os':'KaiOS'|kaios|",
        "'sua':{'platform':{'brand':'Windows'},'browsers':[{'brand':'Chromium'},"
            + "{'brand':'Microsoft Edge'}]}|windows|edge"
      })
  void shouldTellOperatingSystemAndBrowser(String members, String system, String browser) {
    begin("{'id':'r','imp':[{'id':'1'}],'device':{" + members + "}}");
    for (String name :
        List.of("ios", "macos", "windows", "linux", "chromeos", "android", "kaios")) {
      assertEquals(name.equals(system), matches("operatingSystem", name), name);
    }
    for (String name : List.of("safari", "edge", "opera", "firefox", "chrome", "samsung")) {
      assertEquals(name.equals(browser), matches("browser", name), name);
    }

    begin("{'id':'r','imp':[{'id':'1'}],'app':{},'device':{" + members + "}}");
    assertTrue(matches("operatingSystem", system));
    assertFalse(browser != null && matches("browser", browser));
  }

  @Test
  void shouldNotTakeAnEqualsSignInAKeyForTheOneBehindIt() {
    imp("{'id':'1','banner':{},'ext':{'data':{'mood=a':'b','tier':'1=2'}}}", "");
    assertFalse(matches("keyValue", "mood=a=b"));
    assertTrue(matches("keyValue", "tier=1=2"));
  }

  @Test
  void shouldAllocateNothingToMap() {
    demand = demandIn("EUR", "CHF");
    begin(
        "{'id':'r','site':{'page':'https://news.example/x','keywords':'topic=cars, tier = 1',"
            + "'ext':{'data':{'slot':['a','b']}}},'bcat':['IAB7'],'acat':['IAB1','IAB2'],"
            + "'badv':['www.acme.example'],'cur':['GBP','CHF'],'wseat':['house'],"
            + "'device':{'ua':'Mozilla/5.0 (Windows NT 10.0) Firefox/120.0','langb':'de-AT',"
            + "'geo':{'country':'US','region':'US-CA'}},"
            + "'imp':[{'id':'1','banner':{'w':300,'h':250,'btype':[1,4],'battr':[3],"
            + "'mimes':['text/html','image/png']},'ext':{'data':{'slot':'c'}}},"
            + "{'id':'2','banner':{'format':[{'w':728,'h':90}]},'secure':1}]}");
    AllocationCheck.assertNoAllocation(
        20_000,
        () -> {
          mapper.begin(request, PARTNER, demand, NOW, query);
          mapper.imp(request, request.imp(0), query);
          mapper.imp(request, request.imp(1), query);
        });
    assertEquals(CurrencyCode.numeric("CHF"), mapper.currency());
    assertTrue(matches("region", "USA/CA"));
  }
}
