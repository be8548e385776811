package io.adplatform.campaign.rest;

import io.adplatform.campaign.entity.Identity;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jdbi.v3.core.Handle;

/** What new things belong to. Rows that are found are held against change and deletion. */
final class Parents {
  private Parents() {}

  /** Nothing: it is an account itself. */
  static Identity none(Handle handle, ApiRequest request, JsonObject body) {
    return new Identity(0, 0, 0, 0);
  }

  /** The account in the path. */
  static Identity accountInPath(Handle handle, ApiRequest request, JsonObject body) {
    long id = request.pathId("id");
    if (!accountExists(handle, id)) {
      throw Problem.notFound("account");
    }
    return new Identity(0, id, 0, 0);
  }

  /** The account in the body, which only operators may choose; else the caller's. */
  static Identity accountInBody(Handle handle, ApiRequest request, JsonObject body) {
    String text = body.getString("accountId");
    long id = text == null ? request.caller().accountId() : ApiRequest.parseId(text);
    boolean may = request.caller().isOperator() || id == request.caller().accountId();
    if (!may || !accountExists(handle, id)) {
      throw Problem.invalid("/accountId", "there is no such account");
    }
    return new Identity(0, id, 0, 0);
  }

  /**
   * The account of a deal: the one in the body, else that of its first line item, else the
   * caller's.
   */
  static Identity accountOfDeal(Handle handle, ApiRequest request, JsonObject body) {
    JsonArray lineItems = body.getJsonArray("lineItemIds", new JsonArray());
    if (body.getString("accountId") != null || lineItems.isEmpty()) {
      return accountInBody(handle, request, body);
    }
    return accountOf(handle, "line_item", lineItems.getString(0), "/lineItemIds/0", "line item");
  }

  /** The account of the supply partner in the body. */
  static Identity supplyPartnerInBody(Handle handle, ApiRequest request, JsonObject body) {
    String id = body.getString("supplyPartnerId");
    return accountOf(handle, "supply_partner", id, "/supplyPartnerId", "supply partner");
  }

  private static Identity accountOf(
      Handle handle, String table, String id, String field, String noun) {
    return handle
        .createQuery("SELECT account_id FROM " + table + " WHERE id = :id FOR KEY SHARE")
        .bind("id", ApiRequest.parseId(id))
        .map((row, context) -> new Identity(0, row.getLong("account_id"), 0, 0))
        .findOne()
        .orElseThrow(() -> Problem.invalid(field, "there is no such " + noun));
  }

  private static boolean accountExists(Handle handle, long id) {
    return handle
        .createQuery("SELECT id FROM account WHERE id = :id FOR SHARE")
        .bind("id", id)
        .mapTo(Long.class)
        .findOne()
        .isPresent();
  }

  /** The advertiser in the path. */
  static Identity advertiser(Handle handle, ApiRequest request, JsonObject body) {
    return handle
        .createQuery("SELECT id, account_id FROM advertiser WHERE id = :id FOR KEY SHARE")
        .bind("id", request.pathId("id"))
        .map((row, context) -> new Identity(0, row.getLong("account_id"), row.getLong("id"), 0))
        .findOne()
        .orElseThrow(() -> Problem.notFound("advertiser"));
  }

  /** The campaign in the path. */
  static Identity campaign(Handle handle, ApiRequest request, JsonObject body) {
    return handle
        .createQuery("SELECT id, account_id, advertiser_id FROM campaign WHERE id = :id FOR SHARE")
        .bind("id", request.pathId("id"))
        .map(
            (row, context) ->
                new Identity(
                    0, row.getLong("account_id"), row.getLong("advertiser_id"), row.getLong("id")))
        .findOne()
        .orElseThrow(() -> Problem.notFound("campaign"));
  }
}
