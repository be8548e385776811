package io.adplatform.wire.openrtb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.json.JsonScanner;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;
import io.adplatform.wire.money.CurrencyCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The reader by the points of the exchange's checklist; the numbers are those of docs/openrtb.md.
 */
class OpenRtbReaderTest {
  private static final String IMP = "{'id':'1','banner':{'w':300,'h':250}}";

  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest request = new BidRequest();

  private ReadFailure read(String json) {
    return readExactly(json.replace('\'', '"'));
  }

  private ReadFailure readExactly(String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    return reader.read(request);
  }

  private void readGood(String json) {
    assertEquals(ReadFailure.NONE, read(json), () -> "at " + reader.failureOffset());
  }

  /** A request with one imp and these members besides. */
  private static String with(String members) {
    return "{'id':'r','imp':[" + IMP + "]," + members + "}";
  }

  /** A request whose only imp has these members besides. */
  private static String withImp(String members) {
    return "{'id':'r','imp':[{'id':'1'," + members + "}]}";
  }

  private String text(long span) {
    return span == Span.NONE ? null : request.text(span);
  }

  private List<String> texts(SpanList spans) {
    return IntStream.range(0, spans.size()).mapToObj(i -> text(spans.get(i))).toList();
  }

  // Point 6: unknown fields and enum values, ext.

  @Test
  void shouldKeepUnknownMembersAndExtAsSpansOfTheBody() {
    readGood(
        "{ 'id':'r', 'new': {'a':[1,{'b':null}]} , 'imp':[{'id':'1','metric':[{'type':'x'}],"
            + "'ext':{'x':[1,2]}}],'ext':{'y':'z'}}");

    assertEquals(
        List.of("\"new\": {\"a\":[1,{\"b\":null}]}", "\"metric\":[{\"type\":\"x\"}]"),
        texts(request.unknown));
    assertEquals("{\"x\":[1,2]}", text(request.imp(0).ext));
    assertEquals("{\"y\":\"z\"}", text(request.ext));
    assertEquals(
        "{\"id\":\"1\",\"metric\":[{\"type\":\"x\"}],\"ext\":{\"x\":[1,2]}}",
        text(request.imp(0).whole));
  }

  @Test
  void shouldTakeEnumValuesThatNobodyKnows() {
    readGood(
        with(
            "'at':77,'device':{'devicetype':99,'connectiontype':-3},'site':{'cattax':700,'cat':['X']}"));

    assertEquals(77, request.auctionType);
    assertEquals(99, request.device.deviceType);
    assertEquals(-3, request.device.connectionType);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'site':null", "'tmax':null", "'cur':null", "'ext':null", "'bcat':[null]"})
  void shouldTakeNullForAbsent(String member) {
    readGood(with(member));

    assertEquals(Inventory.Kind.NONE, request.inventory.kind);
    assertEquals(BidRequest.NO_TMAX, request.tmaxMillis);
    assertEquals(0, request.blockedCategories.size());
  }

  // Point 7: id, imps, inventories.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|NO_ID",
        "{'id':'','imp':[{'id':'1'}]}|NO_ID",
        "{'id':null,'imp':[{'id':'1'}]}|NO_ID",
        "{'imp':[{'id':'1'}]}|NO_ID",
        "{'id':'r'}|NO_IMP",
        "{'id':'r','imp':[]}|NO_IMP",
        "{'id':'r','imp':null}|NO_IMP",
        "{'id':'r','imp':[{}]}|NO_IMP_ID",
        "{'id':'r','imp':[null]}|NO_IMP_ID",
        "{'id':'r','imp':[{'id':''}]}|NO_IMP_ID",
        "{'id':'r','imp':[{'id':'1'},{'id':'2'},{'id':'1'}]}|DUPLICATE_IMP_ID",
        "{'id':'r','imp':[{'id':'a'},{'id':'\\u0061'}]}|DUPLICATE_IMP_ID",
        "{'id':'r','imp':[{'id':'1'},{'id':'1','bidfloor':-1}]}|DUPLICATE_IMP_ID",
        "{'id':'r','imp':[{'id':'1'}],'site':{},'app':{}}|SEVERAL_INVENTORIES",
        "{'id':'r','imp':[{'id':'1'}],'app':{},'dooh':{}}|SEVERAL_INVENTORIES"
      })
  void shouldRefuseARequestWithoutItsOutline(String json, ReadFailure expected) {
    assertEquals(expected, read(json));
  }

  @Test
  void shouldDropABadImpAmongGoodOnesAndCountIt() {
    readGood(
        "{'id':'r','imp':[{'id':'1','banner':{'w':'wide'}},{'id':'2'},{'bidfloor':1},"
            + "{'id':'3','bidfloor':-0.01},{'id':'4','tagid':'t'}]}");

    assertEquals(2, request.impCount());
    assertEquals("2", text(request.imp(0).id));
    assertEquals(1, request.imp(0).position);
    assertEquals("4", text(request.imp(1).id));
    assertEquals("t", text(request.imp(1).tagId));
    assertEquals(3, request.badImps);
    assertEquals(ReadFailure.WRONG_TYPE, request.firstBadImp);
  }

  @Test
  void shouldDropAndCountImpsBeyondTheCap() {
    StringBuilder imps = new StringBuilder();
    for (int i = 0; i < BidRequest.MAX_IMPS + 3; i++) {
      imps.append(i == 0 ? "" : ",").append("{'id':'").append(i).append("'}");
    }
    readGood("{'id':'r','imp':[" + imps + "]}");

    assertEquals(BidRequest.MAX_IMPS, request.impCount());
    assertEquals(3, request.surplusImps);
  }

  @Test
  void shouldReadBothListsOfAPair() {
    readGood(
        with(
            "'wseat':['a','b'],'bseat':['c'],'acat':['IAB1'],'bcat':['IAB25','IAB26'],"
                + "'wlang':['en'],'wlangb':['en-GB'],'badv':['bad.example'],'bapp':['com.bad']"));

    assertEquals(List.of("a", "b"), texts(request.allowedSeats));
    assertEquals(List.of("c"), texts(request.blockedSeats));
    assertEquals(List.of("IAB1"), texts(request.allowedCategories));
    assertEquals(List.of("IAB25", "IAB26"), texts(request.blockedCategories));
    assertEquals(List.of("en"), texts(request.languages));
    assertEquals(List.of("en-GB"), texts(request.languageTags));
    assertEquals(List.of("bad.example"), texts(request.blockedAdvertisers));
    assertEquals(List.of("com.bad"), texts(request.blockedApps));
  }

  // Point 8: defaults, also after another request in the same slot.

  @Test
  void shouldFallBackToDefaultsAfterAFullerRequestInTheSameSlot() {
    readGood(
        "{'id':'big','at':1,'tmax':99,'test':1,'allimps':1,'cur':['EUR'],'imp':[{'id':'1','instl':1,"
            + "'bidfloor':2.5,'bidfloorcur':'EUR','secure':1,'exp':9,'rwdd':1,'tagid':'t',"
            + "'banner':{'w':1,'h':2,'battr':[1],'format':[{'w':3,'h':4}]},"
            + "'pmp':{'private_auction':1,'deals':[]},'ext':{'data':{'k':'v'}}}],"
            + "'app':{'bundle':'b','cat':['IAB1']},'device':{'ua':'u','geo':{'country':'USA'}},"
            + "'user':{'id':'u','keywords':'k=v'},'regs':{'coppa':1},'bcat':['IAB2']}");
    readGood("{'id':'small','imp':[{'id':'1'}]}");

    assertEquals(2, request.auctionType);
    assertEquals(BidRequest.NO_TMAX, request.tmaxMillis);
    assertFalse(request.test);
    assertFalse(request.allImps);
    assertEquals(0, request.currencies.size());
    assertEquals(0, request.blockedCategories.size());
    assertEquals(Inventory.Kind.NONE, request.inventory.kind);
    assertEquals(Span.NONE, request.inventory.bundle);
    assertEquals(0, request.inventory.categories.size());
    assertFalse(request.device.present);
    assertEquals(Span.NONE, request.device.geo.country);
    assertFalse(request.user.present);
    assertEquals(-1, request.regs.coppa);
    Imp imp = request.imp(0);
    assertEquals(0, imp.floorCpmMicros);
    assertEquals(CurrencyCode.USD, imp.floorCurrency);
    assertEquals(-1, imp.secure);
    assertFalse(imp.banner || imp.interstitial || imp.rewarded || imp.privateAuction);
    assertEquals(0, imp.width + imp.formatWidths.size() + imp.blockedAttributes.size());
    assertEquals(0, imp.keyValues.size());
    assertEquals(Span.NONE, imp.tagId);
  }

  // Points 9 and 10: tmax and test.

  @ParameterizedTest
  @CsvSource({"250,250", "0,0", "-5,0", "1e2,100", "300.0,300", "'\"120\"',120"})
  void shouldReadTmax(String json, int millis) {
    readGood(with("'tmax':" + json));

    assertEquals(millis, request.tmaxMillis);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'${any-number}'", "''", "'12x'", "'9999999999'"})
  void shouldTakeATmaxThatIsTextWithoutANumberForAbsent(String json) {
    readGood(with("'tmax':" + json));

    assertEquals(BidRequest.NO_TMAX, request.tmaxMillis);
  }

  @Test
  void shouldReadTest() {
    readGood(with("'test':1"));

    assertTrue(request.test);
  }

  // Point 18: money.

  @ParameterizedTest
  @CsvSource({
    "0.5,500000",
    "2,2000000",
    "1.0000005,1000000",
    "1.0000015,1000002",
    "0.00000049,0",
    "1.5e-3,1500",
    "3E2,300000000",
    "0.1234564999999999999999999999,123456",
    "-0,0"
  })
  void shouldReadFloorsExactlyAndRoundHalfEven(String json, long micros) {
    readGood(withImp("'bidfloor':" + json));

    assertEquals(micros, request.imp(0).floorCpmMicros);
  }

  @ParameterizedTest
  @CsvSource({
    "1e999,OUT_OF_RANGE",
    "-1,OUT_OF_RANGE",
    "1000001,OUT_OF_RANGE",
    "'\"0.5\"',WRONG_TYPE",
    "true,WRONG_TYPE",
    "{},WRONG_TYPE",
    "NaN,SYNTAX",
    "Infinity,SYNTAX",
    "01,SYNTAX",
    "1.,SYNTAX",
    ".5,SYNTAX",
    "+1,SYNTAX",
    "1e,SYNTAX",
    "0x10,SYNTAX"
  })
  void shouldRefuseARequestWhoseOnlyFloorIsNone(String json, ReadFailure expected) {
    assertEquals(expected, read(withImp("'bidfloor':" + json)));
  }

  @Test
  void shouldReadCurrenciesAsNumbersAndLeaveUnknownOnesAsZero() {
    readGood(
        "{'id':'r','cur':['EUR','XQQ','USD'],'imp':[{'id':'1','bidfloorcur':'GBP'},"
            + "{'id':'2','bidfloorcur':'nix'}]}");

    assertEquals(978, request.currencies.get(0));
    assertEquals(CurrencyCode.UNKNOWN, request.currencies.get(1));
    assertEquals(840, request.currencies.get(2));
    assertEquals(826, request.imp(0).floorCurrency);
    assertEquals(CurrencyCode.UNKNOWN, request.imp(1).floorCurrency);
  }

  // The fields of a banner, of sites, devices and users, in the places of 2.5 and 2.6.

  @Test
  void shouldReadABanner() {
    readGood(
        withImp(
            "'banner':{'w':320,'h':50,'pos':1,'topframe':1,'btype':[4],'battr':[1,13],'api':[3,5],"
                + "'mimes':['text/html'],'format':[{'w':300,'h':250},{'wratio':16,'hratio':9},{'w':-1,'h':90}]},"
                + "'video':{'mimes':['video/mp4']},'native':{'request':'{}'},'audio':{},"
                + "'pmp':{'private_auction':1,'deals':[{'id':'D'}]},"
                + "'ext':{'data':{'pos':'top','n':5,'list':['a','b',{}],'nested':{'x':1},'no':null,'yes':true}}"));

    Imp imp = request.imp(0);
    assertTrue(imp.banner && imp.privateAuction);
    assertEquals(320, imp.width);
    assertEquals(50, imp.height);
    assertEquals(3, imp.formatWidths.size());
    assertEquals(300, imp.formatWidths.get(0));
    assertEquals(0, imp.formatHeights.get(1));
    assertEquals(0, imp.formatWidths.get(2));
    assertTrue(imp.blockedAttributes.contains(13) && !imp.blockedAttributes.contains(3));
    assertEquals(5, imp.apis.get(1));
    assertEquals(List.of("text/html"), texts(imp.mimes));
    assertEquals("{\"mimes\":[\"video/mp4\"]}", text(imp.video));
    assertEquals("[{\"id\":\"D\"}]", text(imp.deals));
    assertEquals("{}", text(imp.audio));
    assertEquals("{\"request\":\"{}\"}", text(imp.nativeAd));
    assertEquals(
        List.of("pos", "top", "n", "5", "list", "a", "list", "b", "yes", "true"),
        texts(imp.keyValues));
  }

  @Test
  void shouldReadDealsWhoseFloorsInheritNothingOfTheImpPoint8() {
    readGood(
        withImp(
            "'banner':{},'bidfloor':2,'bidfloorcur':'EUR','pmp':{'deals':["
                + "{'id':'A'},{'id':'B','bidfloor':1.25,'bidfloorcur':'GBP','at':3,'guar':1,"
                + "'wseat':['s1','s2'],'wadomain':['acme.example'],'mincpmpersec':0.05,"
                + "'durfloors':[{'mindur':1}],'ext':{'x':1},'new':true}]}"));
    Imp imp = request.imp(0);
    assertFalse(imp.privateAuction);
    assertEquals(2, imp.dealCount());
    ImpDeal bare = imp.deal(0);
    assertEquals("A", text(bare.id));
    assertEquals(0, bare.floorCpmMicros);
    assertEquals(CurrencyCode.USD, bare.floorCurrency);
    assertEquals(ImpDeal.TYPE_OF_REQUEST, bare.auctionType);
    assertFalse(bare.guaranteed);
    ImpDeal full = imp.deal(1);
    assertEquals(1_250_000, full.floorCpmMicros);
    assertEquals(CurrencyCode.numeric("GBP"), full.floorCurrency);
    assertEquals(ImpDeal.FIXED_PRICE, full.auctionType);
    assertTrue(full.guaranteed);
    assertEquals(List.of("s1", "s2"), texts(full.allowedSeats));
    assertEquals(List.of("acme.example"), texts(full.allowedDomains));
    assertEquals(50_000, full.minCpmPerSecondMicros);
    assertEquals("[{\"mindur\":1}]", text(full.durationFloors));
    assertEquals("{\"x\":1}", text(full.ext));
    // The next request in the same slot has none.
    readGood(withImp("'banner':{}"));
    assertEquals(0, request.imp(0).dealCount());
  }

  @Test
  void shouldDropADealThatNobodyCanReadAndKeepItsImpPoint7() {
    readGood(
        withImp(
            "'banner':{},'pmp':{'deals':[{'id':'A','bidfloor':-1},{'bidfloor':1},{'id':''},7,"
                + "{'id':'B','at':3,'at':1},{'id':'C','wseat':'s1'},{'id':'D'}]}"));
    Imp imp = request.imp(0);
    assertEquals(6, request.badDeals);
    assertEquals(1, imp.dealCount());
    assertEquals("D", text(imp.deal(0).id));
    assertEquals(0, request.badImps);
  }

  @Test
  void shouldDropAndCountDealsBeyondTheCap() {
    String deals =
        IntStream.range(0, Imp.MAX_DEALS + 3)
            .mapToObj(i -> "{'id':'D" + i + "'}")
            .collect(Collectors.joining(","));
    readGood(withImp("'banner':{},'pmp':{'deals':[" + deals + "]}"));
    Imp imp = request.imp(0);
    assertEquals(Imp.MAX_DEALS, imp.dealCount());
    assertEquals(3, request.surplusDeals);
    assertEquals("D63", text(imp.deal(Imp.MAX_DEALS - 1).id));
  }

  @Test
  void shouldReadWhatLineItemsAreTargetedBy() {
    readGood(
        with(
            "'site':{'id':'s','domain':'news.example','page':'https:\\/\\/news.example\\/a','cat':['IAB1'],"
                + "'sectioncat':['IAB2'],'pagecat':['IAB3'],'publisher':{'id':'p','cat':['IAB4']},"
                + "'content':{'cat':['IAB5'],'language':'de'},'keywords':'a=b,c','kwarray':['d=e'],"
                + "'ext':{'data':{'section':'sport'}}},"
                + "'device':{'ua':'Mozilla','os':'iOS','osv':'17','language':'en','langb':'en-US','ip':'1.2.3.4',"
                + "'devicetype':4,'connectiontype':2,'ifa':'x','lmt':1,'dnt':0,'js':1,"
                + "'geo':{'country':'USA','region':'CA','lat':37.7749295,'lon':-122.4194155,'utcoffset':-480},'sua':{'browsers':[{'brand':'Chromium','version':['1']},{'brand':'Google"
                + " Chrome'}],'platform':{'brand':'Android','version':['9']},'mobile':1}},"
                + "'user':{'id':'u','buyeruid':'b','keywords':'x=y','data':[{}],'eids':[],'consent':'C',"
                + "'ext':{'consent':'D','eids':[1],'data':{'age':'30'}}},"
                + "'regs':{'coppa':0,'gdpr':1,'us_privacy':'1YNN','gpp':'G','gpp_sid':[7],'ext':{'gdpr':1}},"
                + "'source':{'tid':'t'}"));

    Inventory site = request.inventory;
    assertEquals(Inventory.Kind.SITE, site.kind);
    assertEquals("https://news.example/a", text(site.page));
    assertEquals(List.of("IAB1"), texts(site.categories));
    assertEquals(List.of("IAB2"), texts(site.sectionCategories));
    assertEquals(List.of("IAB3"), texts(site.pageCategories));
    assertEquals(List.of("IAB4"), texts(site.publisherCategories));
    assertEquals(List.of("IAB5"), texts(site.contentCategories));
    assertEquals("de", text(site.contentLanguage));
    assertEquals("p", text(site.publisherId));
    assertEquals(List.of("d=e"), texts(site.keywordList));
    assertEquals(List.of("section", "sport"), texts(site.keyValues));
    Device device = request.device;
    assertEquals("1.2.3.4", text(device.ip));
    assertEquals(4, device.deviceType);
    assertEquals("CA", text(device.geo.region));
    assertEquals(37_774_930, device.geo.latitudeMicros);
    assertEquals(-122_419_416, device.geo.longitudeMicros);
    assertEquals(-480, device.geo.utcOffsetMinutes);
    assertEquals(List.of("Chromium", "Google Chrome"), texts(device.suaBrowsers));
    assertEquals("Android", text(device.suaPlatform));
    assertEquals("b", text(request.user.buyerUid));
    assertEquals("C", text(request.user.consent));
    assertEquals("D", text(request.user.extConsent));
    assertEquals("[1]", text(request.user.extEids));
    assertEquals(List.of("age", "30"), texts(request.user.keyValues));
    assertEquals(1, request.regs.gdpr);
    assertEquals("[7]", text(request.regs.gppSections));
    assertEquals("{\"tid\":\"t\"}", text(request.source));
  }

  @Test
  void shouldKeepIdsAsTheyWereWritten() {
    readGood("{'id':'a\\u00e9\\/\\\\b','imp':[{'id':'\\t\\ud83d\\ude00'}]}");

    assertEquals("a\u00e9/\\b", text(request.id));
    assertEquals("a\\u00e9\\/\\\\b", text(request.rawId));
    assertEquals("\t\ud83d\ude00", text(request.imp(0).id));
    assertEquals("\\t\\ud83d\\ude00", text(request.imp(0).rawId));
  }

  @Test
  void shouldFindFieldsWhoseKeysAreWrittenWithEscapes() {
    readGood("{'\\u0069d':'r','im\\u0070':[" + IMP + "]}");

    assertEquals("r", text(request.id));
  }

  // Bad input.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'id':5,'imp':[{'id':'1'}]}|WRONG_TYPE",
        "{'id':'r','imp':{'id':'1'}}|WRONG_TYPE",
        "{'id':'r','imp':'1'}|WRONG_TYPE",
        "{'id':'r','imp':[5]}|WRONG_TYPE",
        "{'id':'r','imp':[{'id':1}]}|WRONG_TYPE",
        "{'id':'r','imp':[{'id':'1','banner':[]}]}|WRONG_TYPE",
        "{'id':'r','imp':[{'id':'1','banner':{'w':'300','h':250}}]}|WRONG_TYPE",
        "{'id':'r','imp':[{'id':'1','banner':{'w':1.5,'h':250}}]}|WRONG_TYPE",
        "{'id':'r','imp':[{'id':'1','banner':{'w':-300,'h':250}}]}|OUT_OF_RANGE",
        "{'id':'r','imp':[{'id':'1','banner':{'format':[{'w':300,'h':-250}]}}]}|OUT_OF_RANGE",
        "{'id':'r','imp':[{'id':'1','banner':{'w':99999999999,'h':250}}]}|OUT_OF_RANGE",
        "{'id':'r','imp':[{'id':'1'}],'device':[]}|WRONG_TYPE",
        "{'id':'r','imp':[{'id':'1'}],'device':{'ua':5}}|WRONG_TYPE",
        "{'id':'r','imp':[{'id':'1'}],'cur':'USD'}|WRONG_TYPE",
        "{'id':'r','imp':[{'id':'1'}],'bcat':[5]}|WRONG_TYPE",
        "{'id':'r','imp':[{'id':'1'}],'site':true}|WRONG_TYPE",
        "[]|WRONG_TYPE",
        "5|WRONG_TYPE",
        "null|NO_ID",
        "{'id':'a','id':'b','imp':[{'id':'1'}]}|DUPLICATE_KEY",
        "{'id':'a','\\u0069d':'b','imp':[{'id':'1'}]}|DUPLICATE_KEY",
        "{'id':'a','imp':[{'id':'1'}],'imp':[{'id':'2'}]}|DUPLICATE_KEY",
        "{'id':'a','imp':[{'id':'1','id':'2'}]}|DUPLICATE_KEY",
        "{'id':'a','imp':[{'id':'1','bidfloor':1,'bidfloor':2}]}|DUPLICATE_KEY",
        "{'id':'a','imp':[{'id':'1','banner':{'w':1,'w':2}}]}|DUPLICATE_KEY",
        "{'id':'a','imp':[{'id':'1'}],'device':{'geo':{'country':'A','country':'B'}}}|DUPLICATE_KEY",
        "{'id':'a','imp':[{'id':'1','ext':{'data':{},'data':{'k':1}}}]}|DUPLICATE_KEY",
        "{'id':'a','imp':[{'id':'1'}],'user':{'ext':{'consent':'A','consent':'B'}}}|DUPLICATE_KEY",
        "{'id':'a','imp':[{'id':'1'}],'user':{'ext':{'eids':[],'eids':[]}}}|DUPLICATE_KEY",
        "{'id':'a','imp':[{'id':'1'}],'user':{'ext':{'x':1,'x':2,'data':{'k':1,'k':2}}}}|NONE"
      })
  void shouldRefuseWrongTypesSizesAndRepeatedKeys(String json, ReadFailure expected) {
    assertEquals(expected, read(json));
  }

  @Test
  void shouldHoldTheSafeOfTwoValuesOfSecure() {
    readGood(withImp("'secure':1,'secure':0"));

    assertEquals(1, request.imp(0).secure);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|TRUNCATED",
        "{|TRUNCATED",
        "{\"id|TRUNCATED",
        "{\"id\":\"r\"|TRUNCATED",
        "{\"id\":\"r\",|TRUNCATED",
        "{\"a\":[1,|TRUNCATED",
        "{\"a\":\"\\|TRUNCATED",
        "{\"a\":\"\\u00|BAD_ESCAPE",
        "{\"id\":\"r\",}|SYNTAX",
        "{,\"id\":\"r\"}|SYNTAX",
        "{\"id\" \"r\"}|SYNTAX",
        "{id:\"r\"}|SYNTAX",
        "{\"a\":[1,]}|SYNTAX",
        "{\"a\":[,1]}|SYNTAX",
        "{\"a\":[1 2]}|SYNTAX",
        "{\"a\":{\"b\":1,}}|SYNTAX",
        "{\"a\":{1:2}}|SYNTAX",
        "{\"a\":[1}}|SYNTAX",
        "{\"a\":tru}|SYNTAX",
        "{\"a\":nul}|SYNTAX",
        "{\"a\":falsy}|SYNTAX",
        "{\"a\":-}|SYNTAX",
        "{\"a\":1/*c*/}|SYNTAX",
        "{\"a\":\"\\x\"}|BAD_ESCAPE",
        "{\"a\":\"\\u12g4\"}|BAD_ESCAPE",
        "{\"a\":\"\\ud800\"}|BAD_ESCAPE",
        "{\"a\":\"\\ud800\\u0041\"}|BAD_ESCAPE",
        "{\"a\":\"\\udc00\"}|BAD_ESCAPE",
        "{\"id\":\"r\",\"imp\":[{\"id\":\"1\"}]} x|TRAILING_BYTES",
        "{\"id\":\"r\",\"imp\":[{\"id\":\"1\"}]}{}|TRAILING_BYTES"
      })
  void shouldRefuseWhatIsNotJson(String json, ReadFailure expected) {
    assertEquals(expected, readExactly(json));
  }

  @Test
  void shouldRefuseControlCharactersAlsoInSkippedTexts() {
    assertEquals(ReadFailure.CONTROL_CHARACTER, readExactly("{\"a\":\"x\ny\"}"));
    assertEquals(
        ReadFailure.CONTROL_CHARACTER, readExactly("{\"a\":[{\"b\":\"01234567\u0000\"}]}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "c080",
        "c1bf",
        "e08080",
        "e0a0",
        "eda080",
        "edbfbf",
        "f0808080",
        "f4908080",
        "f8888080",
        "ff",
        "c3",
        "e282",
        "f09f98",
        "c328"
      })
  void shouldRefuseWhatIsNotUtf8(String hex) {
    byte[] bad = java.util.HexFormat.of().parseHex(hex);
    byte[] start = "{\"a\":\"ab".getBytes(StandardCharsets.US_ASCII);
    byte[] end = "\"}".getBytes(StandardCharsets.US_ASCII);
    byte[] body = request.receive(start.length + bad.length + end.length);
    System.arraycopy(start, 0, body, 0, start.length);
    System.arraycopy(bad, 0, body, start.length, bad.length);
    System.arraycopy(end, 0, body, start.length + bad.length, end.length);

    assertEquals(ReadFailure.BAD_UTF8, reader.read(request));
  }

  @Test
  void shouldTakeLettersOfEveryLength() {
    readGood(with("'site':{'name':'\u00e9\u20ac\ud83d\ude00\uffff\u0800\u07ff\udbff\udfff'}"));

    assertEquals(
        "\u00e9\u20ac\ud83d\ude00\uffff\u0800\u07ff\udbff\udfff", text(request.inventory.name));
  }

  @Test
  void shouldBoundNestingInReadAndSkippedParts() {
    int most = JsonScanner.MAX_DEPTH - 1;
    readGood(with("'a':" + "[".repeat(most) + "]".repeat(most)));
    assertEquals(
        ReadFailure.TOO_DEEP, read(with("'a':" + "[".repeat(most + 1) + "]".repeat(most + 1))));
    assertEquals(ReadFailure.TOO_DEEP, read("{'a':".repeat(100_000)));
  }

  @Test
  void shouldSayWhereItWentWrong() {
    read("{'id':'r','imp':[{'id':'1','bidfloor':'x'}]}");

    assertEquals(38, reader.failureOffset());
  }

  @Test
  void shouldReadTheNextRequestAfterARefusedOne() {
    assertEquals(ReadFailure.TRUNCATED, read("{'id':'r','imp':[{'id':'1','banner':{'w':3"));
    readGood(with("'tmax':7"));

    assertEquals(7, request.tmaxMillis);
    assertEquals(300, request.imp(0).width);
  }
}
