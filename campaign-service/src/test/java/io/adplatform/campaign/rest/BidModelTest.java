package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.catalogue.LineItem;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What line items may pay for, through the front door. */
class BidModelTest {
  private static final String MARKUP =
      "<a href=\"${CLICK_URL}\">x</a><img src=\"${VIEW_URL}\" loading=\"lazy\">";
  private static final String PAGE = "https://acme.example/thanks?t=${TOKEN}";

  private static CampaignFixture api;
  private static String advertiser;
  private static String path;
  private static String creative;

  @BeforeAll
  static void start() {
    api = CampaignFixture.withoutKafka();
    advertiser = api.newAdvertiser();
    path = "/campaigns/" + api.newCampaign(advertiser) + "/line-items";
    creative = newCreative(MARKUP, PAGE);
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static String newCreative(String markup, String page) {
    JsonObject body = CampaignFixture.creative().put("markup", markup).put("landingPage", page);
    return api.post("/advertisers/" + advertiser + "/creatives", body).expect(201).id();
  }

  private static JsonObject lineItem(String model, long micros, String shown) {
    return CampaignFixture.lineItem(shown)
        .put("bid", new JsonObject().put("model", model).put("amountMicros", micros));
  }

  @ParameterizedTest
  @EnumSource(BidModel.class)
  void shouldKeepWhatIsBidAndTellTheCatalogue(BidModel model) throws SQLException {
    String id = api.post(path, lineItem(model.name(), 12_000_000, creative)).expect(201).id();
    JsonObject bid = api.get("/line-items/" + id).expect(200).json().getJsonObject("bid");
    assertEquals(new JsonObject().put("model", model.name()).put("amountMicros", 12_000_000), bid);
    LineItem told = told(id);
    assertEquals(model, told.model());
    assertEquals(12_000_000, told.amountMicros());
    assertEquals(model == BidModel.CPM ? 12_000_000 : 0, told.bidCpmMicros());
    JsonObject raised =
        new JsonObject().put("bid", new JsonObject().put("amountMicros", 13_000_000));
    api.patch("/line-items/" + id, raised).expect(200);
    assertEquals(13_000_000, told(id).amountMicros());
    JsonObject serving = api.get("/line-items/" + id + "/serving").expect(200).json();
    JsonObject now = serving.getJsonObject("bid");
    assertEquals(model.name(), now.getString("model"));
    assertEquals(model.chargeMicros(13_000_000), now.getLong("chargeMicros"));
    assertEquals(
        model.effectiveCpmMicros(13_000_000, model.priorPerMillion()),
        now.getLong("effectiveCpmMicros"));
    assertEquals(false, now.getBoolean("measured"));
  }

  /** What auctions are told of the line item last. */
  private static LineItem told(String id) throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery(
                "SELECT document FROM outbox WHERE key = 'line-item/"
                    + id
                    + "' ORDER BY version DESC LIMIT 1")) {
      row.next();
      return (LineItem) CatalogueCodec.read(CatalogueKind.LINE_ITEM, row.getBytes(1));
    }
  }

  @Test
  void shouldNotChangeWhatIsPaidFor() {
    String id = api.post(path, lineItem("CPC", 400_000, creative)).expect(201).id();
    JsonObject other = new JsonObject().put("bid", new JsonObject().put("model", "CPM"));
    assertEquals("/bid/model", api.patch("/line-items/" + id, other).expect(422).field());
    JsonObject same = new JsonObject().put("bid", new JsonObject().put("model", "CPC"));
    api.patch("/line-items/" + id, same).expect(200);
  }

  @Test
  void shouldRefuseWhatCouldNotBeAttributed() {
    String mute = newCreative("<b>x</b>", "https://acme.example/");
    for (String model : new String[] {"CPC", "VCPM", "CPA"}) {
      assertEquals(
          "/creativeIds/0", api.post(path, lineItem(model, 400_000, mute)).expect(422).field());
    }
    String noToken = newCreative(MARKUP, "https://acme.example/thanks");
    assertEquals(
        "/creativeIds/0", api.post(path, lineItem("CPA", 400_000, noToken)).expect(422).field());
    api.post(path, lineItem("CPC", 400_000, noToken)).expect(201);
  }

  /** A creative in use must not lose what its line items are charged by. */
  @Test
  void shouldKeepTheMacrosOfCreativesInUse() {
    String used = newCreative(MARKUP, PAGE);
    JsonObject mute = new JsonObject().put("markup", "<b>x</b>");
    JsonObject away = new JsonObject().put("landingPage", "https://acme.example/");
    api.post(path, lineItem("CPA", 20_000_000, used)).expect(201);
    assertEquals("/markup", api.patch("/creatives/" + used, mute).expect(422).field());
    assertEquals("/landingPage", api.patch("/creatives/" + used, away).expect(422).field());
    String free = newCreative(MARKUP, PAGE);
    assertNull(api.patch("/creatives/" + free, mute).expect(200).field());
  }

  @Test
  void shouldNotPaceWhatIsChargedHoursLater() {
    JsonObject paced = lineItem("CPA", 20_000_000, creative).put("pacing", "EVEN");
    assertEquals("/pacing", api.post(path, paced).expect(422).field());
    api.post(path, lineItem("CPC", 400_000, creative).put("pacing", "EVEN")).expect(201);
  }
}
