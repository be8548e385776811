package io.adplatform.campaign.rest;

import io.adplatform.campaign.entity.Identity;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.Problem;
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
        .createQuery("SELECT id, account_id FROM advertiser WHERE id = :id FOR SHARE")
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
