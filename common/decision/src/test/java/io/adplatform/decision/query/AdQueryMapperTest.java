package io.adplatform.decision.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Country;
import io.adplatform.wire.catalogue.DeviceType;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.adplatform.wire.openrtb.ReadFailure;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
  private AdQueryMapper mapper = new AdQueryMapper(true, "house");

  private Reason begin(String json) {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    assertEquals(ReadFailure.NONE, reader.read(request));
    return mapper.begin(request, PARTNER, NOW, query);
  }

  private Reason imp(String imp, String besides) {
    Reason reason = begin("{'id':'r','imp':[" + imp + "]" + besides + "}");
    return reason == Reason.NONE ? mapper.imp(request, request.imp(0), query) : reason;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'id':'1','banner':{}}||NONE",
        "{'id':'1','video':{}}||FORMAT_NOT_SERVED",
        "{'id':'1','banner':{},'pmp':{'private_auction':1}}||PRIVATE_AUCTION",
        "{'id':'1','banner':{},'bidfloor':1,'bidfloorcur':'EUR'}|,'cur':['USD']|CURRENCY_NOT_SERVED",
        "{'id':'1','banner':{},'bidfloor':1,'bidfloorcur':'EUR'}|,'cur':['USD','EUR']|NONE",
        "{'id':'1','banner':{},'bidfloorcur':'EUR'}|,'cur':['USD']|NONE",
        "{'id':'1','banner':{}}|,'cur':['XQQ']|CURRENCY_NOT_SERVED",
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
}
