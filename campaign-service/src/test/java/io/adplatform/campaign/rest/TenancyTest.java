package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.campaign.rest.CampaignFixture.Tenant;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TenancyTest {
  private static CampaignFixture api;
  private static Tenant mine;
  private static Tenant other;
  private static String advertiser;
  private static String campaign;
  private static String creative;
  private static String lineItem;

  @BeforeAll
  static void start() {
    api = CampaignFixture.withoutKafka();
    mine = api.tenant("advertiser");
    other = api.tenant("advertiser");
    advertiser =
        api.send(
                mine.key(),
                "POST",
                "/advertisers",
                new JsonObject().put("name", "Mine").put("currency", "USD"))
            .expect(201)
            .id();
    campaign = api.newCampaign(advertiser);
    creative = api.newCreative(advertiser);
    lineItem = api.newLineItem(campaign, creative);
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void shouldAnswerNothingWithoutAKey() {
    api.send(null, "GET", "/accounts", null).expect(401);
    api.send("adp_wrong", "GET", "/accounts", null).expect(401);
    api.send(mine.key() + "x", "GET", "/accounts", null).expect(401);
    api.send(null, "POST", "/advertisers", new JsonObject()).expect(401);
  }

  @Test
  void shouldAnswer404ForWhatIsAnothers() {
    List<String> paths =
        List.of(
            "/advertisers/" + advertiser,
            "/campaigns/" + campaign,
            "/creatives/" + creative,
            "/line-items/" + lineItem);
    JsonObject patch = new JsonObject().put("name", "stolen");
    for (String path : paths) {
      api.send(other.key(), "GET", path, null).expect(404);
      api.send(other.key(), "PATCH", path, patch).expect(404);
      api.send(other.key(), "DELETE", path, null).expect(404);
      api.send(mine.key(), "GET", path, null).expect(200);
    }
    api.send(other.key(), "GET", "/line-items/" + lineItem + "/serving", null).expect(404);
    api.send(other.key(), "GET", "/accounts/" + mine.account(), null).expect(404);
    api.send(other.key(), "GET", "/accounts/" + mine.account() + "/api-keys", null).expect(404);
    api.send(other.key(), "GET", "/advertisers/" + advertiser + "/campaigns", null).expect(404);
    api.send(other.key(), "POST", "/advertisers/" + advertiser + "/campaigns", patch).expect(404);
    assertEquals(0, api.send(other.key(), "GET", "/line-items", null).items().size());
    assertEquals(1, api.send(mine.key(), "GET", "/line-items", null).items().size());
    assertEquals(1, api.send(other.key(), "GET", "/accounts", null).items().size());
  }

  @Test
  void shouldRefuseMakingThingsInAnotherAccount() {
    JsonObject body =
        new JsonObject()
            .put("accountId", mine.account())
            .put("name", "Planted")
            .put("currency", "USD");
    assertEquals(
        "/accountId", api.send(other.key(), "POST", "/advertisers", body).expect(422).field());
    api.post("/advertisers", body).expect(201);
  }

  @Test
  void shouldRefuseWhatARoleMayNotDo() {
    Tenant partner = api.tenant("partner");
    Tenant publisher = api.tenant("publisher");
    JsonObject account = new JsonObject().put("name", "New");
    api.send(mine.key(), "POST", "/accounts", account).expect(403);
    JsonObject key = new JsonObject().put("role", "operator").put("name", "up");
    api.send(mine.key(), "POST", "/accounts/" + mine.account() + "/api-keys", key).expect(403);
    JsonObject ssp = CampaignFixture.supplyPartner("mine");
    api.send(mine.key(), "POST", "/supply-partners", ssp).expect(403);
    api.send(mine.key(), "GET", "/supply-partners", null).expect(403);
    api.send(partner.key(), "GET", "/line-items", null).expect(403);
    api.send(publisher.key(), "GET", "/campaigns", null).expect(403);
    String id =
        api.post("/supply-partners", ssp.copy().put("accountId", partner.account()))
            .expect(201)
            .id();
    api.send(partner.key(), "GET", "/supply-partners/" + id, null).expect(200);
    api.send(partner.key(), "PATCH", "/supply-partners/" + id, account).expect(403);
    Tenant stranger = api.tenant("partner");
    api.send(stranger.key(), "GET", "/supply-partners/" + id, null).expect(404);
  }

  @Test
  void shouldHideRowsOfOthersFromTheWorkingLogin() throws SQLException {
    try (Connection connection = api.connectAsApp();
        Statement sql = connection.createStatement()) {
      assertEquals(0, count(sql, "line_item"));
      assertEquals(0, count(sql, "api_key"));
      sql.execute("SELECT set_config('adplatform.account', '" + other.account() + "', false)");
      assertEquals(0, count(sql, "line_item"));
      assertEquals(0, count(sql, "line_item_creative"));
      assertEquals(0, sql.executeUpdate("UPDATE line_item SET name = 'stolen'"));
      assertEquals(0, sql.executeUpdate("DELETE FROM campaign"));
      sql.execute("SELECT set_config('adplatform.account', '" + mine.account() + "', false)");
      assertEquals(1, count(sql, "line_item"));
      assertEquals(1, count(sql, "line_item_creative"));
    }
  }

  private static int count(Statement sql, String table) throws SQLException {
    try (ResultSet row = sql.executeQuery("SELECT count(*) FROM " + table)) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void shouldRefuseThatTheWorkingLoginPlantsARowOrDropsItsBounds() throws SQLException {
    try (Connection connection = api.connectAsApp();
        Statement sql = connection.createStatement()) {
      sql.execute("SELECT set_config('adplatform.account', '" + other.account() + "', false)");
      assertDenied(
          sql,
          "INSERT INTO advertiser (id, account_id, name, currency, time_zone) VALUES (7, "
              + mine.account()
              + ", 'x', 'USD', 'UTC')");
      assertDenied(sql, "ALTER TABLE line_item DISABLE ROW LEVEL SECURITY");
      assertDenied(sql, "UPDATE catalogue_clock SET version = 0");
      assertDenied(sql, "UPDATE outbox SET document = NULL");
      assertDenied(sql, "SET ROLE postgres");
      assertDenied(sql, "CREATE TABLE campaign.mine (id int)");
    }
  }

  private static void assertDenied(Statement sql, String statement) {
    SQLException e = assertThrows(SQLException.class, () -> sql.execute(statement), statement);
    assertEquals("42501", e.getSQLState(), statement);
  }

  @Test
  void shouldBindEveryTableToRowLevelSecurity() throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery(
                "SELECT string_agg(relname, ', ') FROM pg_class WHERE relnamespace ="
                    + " 'campaign'::regnamespace AND relkind = 'r' AND NOT relrowsecurity AND"
                    + " relname <> 'flyway_schema_history'")) {
      row.next();
      assertEquals(null, row.getString(1));
    }
  }

  @Test
  void shouldReplaceTheOperatorsKeyOfTheConfiguration() {
    try (CampaignFixture first = CampaignFixture.withoutKafka()) {
      first.get("/accounts").expect(200);
      try (CampaignFixture second = CampaignFixture.withoutKafka(first.database)) {
        assertEquals(1, second.get("/accounts").expect(200).items().size());
        second.send(first.operatorKey, "GET", "/accounts", null).expect(401);
      }
    }
  }

  @Test
  void shouldStoreNoKeyItself() throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery("SELECT k::text FROM api_key k")) {
      int keys = 0;
      while (row.next()) {
        keys++;
        assertTrue(
            !row.getString(1).contains(mine.key()) && !row.getString(1).contains(other.key()));
      }
      assertTrue(keys >= 3);
    }
  }

  @Test
  void shouldHoldInTheDatabaseWhatTheApiRefuses() throws SQLException {
    try (Connection connection = api.connectAsOwner();
        Statement sql = connection.createStatement()) {
      for (String change :
          List.of(
              "UPDATE line_item SET bid_micros = 0",
              "UPDATE line_item SET daily_micros = total_micros + 1",
              "UPDATE campaign SET start_at = now(), end_at = now()",
              "UPDATE creative SET width = 0",
              "UPDATE creative SET landing_page = 'javascript:x'",
              "UPDATE advertiser SET currency = 'usd'",
              "UPDATE line_item_creative SET advertiser_id = advertiser_id + 1")) {
        SQLException e = assertThrows(SQLException.class, () -> sql.execute(change), change);
        assertTrue(e.getSQLState().startsWith("23"), change + ": " + e.getSQLState());
      }
    }
  }
}
