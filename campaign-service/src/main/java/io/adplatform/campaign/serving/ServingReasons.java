package io.adplatform.campaign.serving;

import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Set;

/**
 * Judges a line item: what keeps it from serving, in the order in which an auction would look, then
 * what hinders it, then what is unknown. Not thread-safe.
 */
final class ServingReasons {
  /** Nothing is free; what was leased before may still be bid on. */
  private static final Set<String> SPENT =
      Set.of(
          "TOTAL_BUDGET",
          "DAILY_BUDGET",
          "CAMPAIGN_TOTAL_BUDGET",
          "CAMPAIGN_DAILY_BUDGET",
          "ADVERTISER_TOTAL_BUDGET",
          "ADVERTISER_DAILY_BUDGET",
          "PREPAID_FUNDS",
          "CREDIT_LIMIT");

  private final JsonArray reasons = new JsonArray();
  private boolean blocked;

  /**
   * Judges its deals.
   *
   * @param lacksDeal whether it bids on deals alone, and no ACTIVE deal names it
   */
  void ofDeals(boolean lacksDeal) {
    block(lacksDeal, "NO_DEAL", "It bids on deals alone, and no ACTIVE deal names it.");
  }

  /** Judges what is stored here. */
  void ofState(ServingState state, Instant now) {
    block(state.lineItemStatus() == Status.PAUSED, "LINE_ITEM_PAUSED", "The line item is paused.");
    block(state.campaignStatus() == Status.PAUSED, "CAMPAIGN_PAUSED", "Its campaign is paused.");
    block(
        state.startAt() != null && now.isBefore(state.startAt()),
        "NOT_STARTED",
        "It starts at " + state.startAt() + ".");
    block(
        state.endAt() != null && !now.isBefore(state.endAt()),
        "ENDED",
        "It ended at " + state.endAt() + ".");
    block(state.creatives() == 0, "NO_CREATIVE", "It names no creative.");
    block(
        state.creatives() > 0 && state.activeCreatives() == 0,
        "CREATIVES_PAUSED",
        "All of its creatives are paused.");
    block(
        state.price().isStopped(),
        "LOSS_LIMIT",
        "Its impressions have cost the exchange more than it may lose on what is charged for"
            + " them.");
    block(
        state.activeSupplyPartners() == 0,
        "NO_SUPPLY",
        "No supply partner is active, so that there are no requests.");
    note(
        state.changePending(),
        "CHANGE_PENDING",
        "The newest change of it, its campaign, its advertiser or its creatives has not reached"
            + " the auctions yet.");
    note(
        state.activeCreatives() > 0 && state.secureCreatives() == 0,
        "CREATIVES_NOT_SECURE",
        "None of its active creatives may be shown where https is asked for, which most supply"
            + " asks.");
  }

  /**
   * Judges the budget.
   *
   * @param budget what billing-service answered; null where it did not
   */
  void ofBudget(JsonObject budget) {
    if (budget == null) {
      note(
          true, "BUDGET_UNKNOWN", "billing-service does not answer: budget and lease are unknown.");
      return;
    }
    String reason = budget.getString("reason");
    if (reason != null && SPENT.contains(reason) && budget.getBoolean("leaseOpen", false)) {
      note(true, "BUDGET_LEASED", "What is left of its budget is leased out; it bids on that.");
    } else if (reason != null) {
      block(true, reason, budgetDetail(reason));
    }
  }

  private static String budgetDetail(String reason) {
    return switch (reason) {
      case "TOTAL_BUDGET" -> "Its budget is spent, or waits for leases that are ending.";
      case "DAILY_BUDGET" -> "Its budget for today is spent, or waits for leases that are ending.";
      case "CAMPAIGN_TOTAL_BUDGET" ->
          "Its campaign's budget is spent, or leased out to other line items.";
      case "CAMPAIGN_DAILY_BUDGET" ->
          "Its campaign's budget for today is spent, or leased out to other line items.";
      case "PREPAID_FUNDS" ->
          "What its advertiser has paid ahead is spent, or leased out to other line items.";
      case "CREDIT_LIMIT" ->
          "Its advertiser's credit limit is reached, or leased out to other line items.";
      case "ADVERTISER_TOTAL_BUDGET" ->
          "Its advertiser's budget is spent, or leased out to other line items.";
      case "ADVERTISER_DAILY_BUDGET" ->
          "Its advertiser's budget for today is spent, or leased out to other line items.";
      case "UNKNOWN_LINE_ITEM" -> "billing-service has not heard of it yet.";
      default -> "No lease can be granted now.";
    };
  }

  /**
   * Judges the last hour.
   *
   * @param activity what analytics-ingest answered; null where it did not
   */
  void ofActivity(JsonObject activity) {
    if (activity == null) {
      note(true, "ACTIVITY_UNKNOWN", "analytics-ingest does not answer: the last hour is unknown.");
      return;
    }
    long auctions = activity.getLong("auctions", 0L);
    long matched = activity.getLong("matched", 0L);
    long lost = activity.getLong("lostOnPrice", 0L);
    note(auctions == 0, "NO_TRAFFIC", "There was no auction in the last hour.");
    JsonObject sample = activity.getJsonObject("targeting");
    boolean sampledMatch = sample != null && sample.getLong("matches", 0L) > 0;
    note(
        auctions > 0 && matched == 0 && !sampledMatch,
        "NO_MATCH",
        "None of the last hour's auctions had it among its best candidates.");
    note(
        matched > 0 && lost == matched,
        "LOST_ON_PRICE",
        "It lost every one of the last hour's " + matched + " auctions on price.");
  }

  private void block(boolean applies, String code, String detail) {
    if (applies) {
      blocked = true;
      note(true, code, detail);
    }
  }

  private void note(boolean applies, String code, String detail) {
    boolean said = reasons.stream().anyMatch(r -> ((JsonObject) r).getString("code").equals(code));
    if (applies && !said) {
      reasons.add(new JsonObject().put("code", code).put("detail", detail));
    }
  }

  /** The answer so far. */
  JsonObject toJson(long lineItemId) {
    return new JsonObject()
        .put("lineItemId", Long.toString(lineItemId))
        .put("serving", !blocked)
        .put("reasons", reasons);
  }
}
