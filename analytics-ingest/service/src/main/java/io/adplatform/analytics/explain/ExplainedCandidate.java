package io.adplatform.analytics.explain;

import io.adplatform.wire.event.Reason;
import io.vertx.core.json.JsonObject;

/**
 * What became of one line item in an auction.
 *
 * @param name null where it is not known any more
 * @param accountId whose it is; 0 where that is not known any more
 * @param reason code
 * @param part the attribute whose targeting failed, or null
 * @param recorded whether the auction's record says so; else it was computed anew
 */
record ExplainedCandidate(
    long lineItemId,
    String name,
    long accountId,
    long campaignId,
    long advertiserId,
    long priceCpmMicros,
    int reason,
    String part,
    boolean recorded) {

  boolean isWinner() {
    return recorded && reason == Reason.NONE.code();
  }

  JsonObject toJson() {
    JsonObject json = new JsonObject().put("lineItemId", Long.toString(lineItemId));
    if (name != null) {
      json.put("lineItem", name);
    }
    if (campaignId != 0) {
      json.put("campaignId", Long.toString(campaignId));
      json.put("advertiserId", Long.toString(advertiserId));
    }
    json.put("priceCpmMicros", priceCpmMicros)
        .put("outcome", isWinner() ? "WON" : "FELL_OUT")
        .put("reason", ReasonText.name(reason))
        .put("explanation", sentence());
    if (part != null) {
      json.put("attribute", part);
    }
    return json.put("source", recorded ? "RECORDED" : "RECOMPUTED");
  }

  private String sentence() {
    if (!recorded && reason == Reason.NONE.code()) {
      return "It would have bid, as far as can be computed now; the record keeps only the best.";
    }
    return part == null
        ? ReasonText.sentence(reason)
        : "Its targeting by " + part + " did not meet the request.";
  }
}
