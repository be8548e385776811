package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class DatabaseAwayTest {
  @Test
  void shouldAnswer503WhileTheDatabaseIsAwayAndGoOnWhenItIsBack() throws Exception {
    try (CampaignFixture api = CampaignFixture.withoutKafka()) {
      String advertiser = api.newAdvertiser();
      JsonObject body = new JsonObject().put("name", "x");
      accept(api, false);
      assertEquals(
          "application/problem+json",
          api.patch("/advertisers/" + advertiser, body).expect(503).header("content-type"));
      api.get("/advertisers/" + advertiser).expect(503);
      accept(api, true);
      CampaignFixture.Answer answer = api.get("/advertisers/" + advertiser);
      for (int i = 0; i < 600 && answer.status() == 503; i++) {
        Thread.sleep(100);
        answer = api.get("/advertisers/" + advertiser);
      }
      assertEquals("Acme", answer.expect(200).json().getString("name"));
    }
  }

  @Test
  void shouldSayThatTheOutcomeIsUnknownWhereTheDatabaseGoesAwayDuringTheCommit() throws Exception {
    try (CampaignFixture api = CampaignFixture.withoutKafka()) {
      String advertiser = api.newAdvertiser();
      try (Connection connection = api.connectAsOwner();
          Statement sql = connection.createStatement()) {
        sql.execute(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
                + " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'");
        sql.execute(
            "CREATE CONSTRAINT TRIGGER cut AFTER UPDATE ON advertiser DEFERRABLE INITIALLY"
                + " DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()");
      }
      String detail =
          api.patch("/advertisers/" + advertiser, new JsonObject().put("name", "x"))
              .expect(503)
              .json()
              .getString("detail");
      assertTrue(detail.contains("unknown") && detail.contains("Idempotency-Key"), detail);
    }
  }

  /** Has the server take connections to the database, or end those there are and take no more. */
  private static void accept(CampaignFixture api, boolean yes) throws SQLException {
    String url = api.database.jdbcUrl();
    String name = url.substring(url.lastIndexOf('/') + 1);
    String admin = url.substring(0, url.lastIndexOf('/')) + "/postgres";
    try (Connection connection =
            DriverManager.getConnection(admin, api.database.user(), api.database.password());
        Statement sql = connection.createStatement()) {
      sql.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + yes);
      if (!yes) {
        sql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                + name
                + "'");
      }
    }
  }
}
