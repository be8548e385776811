package io.adplatform.campaign.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.testkit.server.TestPostgres;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class OperatorKeyTest {
  @Test
  void shouldPutAnotherConfiguredKeyInTheFormerOnesPlaceWhateverItsName() {
    TestPostgres.Database database = TestPostgres.freshDatabase();
    String former;
    String account;
    String other;
    try (CampaignFixture api = CampaignFixture.withoutKafka(database)) {
      former = api.operatorKey;
      account = api.get("/accounts").expect(200).items().getJsonObject(0).getString("id");
      String keys = "/accounts/" + account + "/api-keys";
      String id = api.get(keys).expect(200).items().getJsonObject(0).getString("id");
      api.patch("/api-keys/" + id, new JsonObject().put("name", "renamed")).expect(200);
      JsonObject operator = new JsonObject().put("name", "bootstrap").put("role", "operator");
      other = api.post(keys, operator).expect(201).json().getString("key");
    }
    try (CampaignFixture api = CampaignFixture.withoutKafka(database)) {
      assertEquals(1, api.get("/accounts").expect(200).items().size());
      api.send(former, "GET", "/accounts", null).expect(401);
      api.send(other, "GET", "/accounts", null).expect(200);
    }
  }
}
