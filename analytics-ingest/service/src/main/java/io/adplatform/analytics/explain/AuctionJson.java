package io.adplatform.analytics.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.LineItemIndex;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.DeviceType;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds the answer about one auction, as far as the caller may see it. Of one thread. */
final class AuctionJson {
  /** In {@code loss_reason}: the notice named none, or it was another event. */
  private static final int NO_LOSS_REASON = 65_534;

  /** In {@code min_to_win_cpm_micros}: the same. */
  private static final int NO_PRICE = -1;

  private final RecordedAuction auction;
  private final JsonObject json = new JsonObject();

  AuctionJson(RecordedAuction auction, String supplyPartner) {
    this.auction = auction;
    RecordedAuction.Imp imp = auction.imp();
    json.put("auctionId", AuctionId.text(auction.hi(), auction.lo()))
        .put("time", Instant.ofEpochMilli(auction.timeMillis()).toString())
        .put("test", imp.isTest())
        .put("supplyPartnerId", Long.toString(auction.supplyPartnerId()))
        .put("supplyPartner", supplyPartner)
        .put("inventory", imp.isApp() ? "APP" : "SITE")
        .put("country", Country.text(imp.country()))
        .put("deviceType", DeviceType.of(imp.deviceType()).name())
        .put(
            "imp",
            new JsonObject()
                .put("index", imp.index())
                .put("count", imp.count())
                .put("format", imp.format() == Format.BANNER.code() ? "BANNER" : null)
                .put("width", imp.width())
                .put("height", imp.height()))
        .put("catalogueVersion", Long.toString(auction.catalogueVersion()))
        .put("currency", CurrencyCode.letters(auction.money().currency()))
        .put("floorCpmMicros", auction.money().floorCpmMicros())
        .put("dealId", dealId(auction));
  }

  /** How it ended, and what was bid. */
  AuctionJson outcome() {
    boolean bid = auction.reason() == 0 && auction.money().bidCpmMicros() > 0;
    json.put("outcome", bid ? "BID" : "NO_BID").put("reason", ReasonText.name(auction.reason()));
    json.put("explanation", bid ? sentBid() : ReasonText.sentence(auction.reason()));
    if (bid) {
      json.put(
          "bid",
          new JsonObject()
              .put("priceCpmMicros", auction.money().bidCpmMicros())
              .put("creativeId", Long.toString(auction.money().creativeId()))
              .put("leaseId", Long.toString(auction.money().leaseId())));
    }
    json.put("matched", auction.matched());
    json.put(
        "timing",
        new JsonObject()
            .put("parseNanos", auction.timing().parse())
            .put("decideNanos", auction.timing().decide())
            .put("totalNanos", auction.timing().total()));
    return this;
  }

  private String sentBid() {
    return auction.imp().isAdditional()
        ? "The bid was sent beside a better one on the same imp."
        : "The best candidate's bid was sent.";
  }

  /** How it ended for one whose line items did not win: whether someone else's did is not said. */
  AuctionJson outcomeForLoser() {
    json.put("outcome", "NO_BID").put("explanation", "None of your line items was the bid.");
    return this;
  }

  /** How it ended for one whose line items made none but further bids. */
  AuctionJson outcomeBesideTheFirst() {
    json.put("outcome", "BID").put("explanation", "Its bid was sent beside the first.");
    return this;
  }

  /** Says that this is a further bid on the imp of an auction; null where that is not known. */
  AuctionJson additionalTo(RecordedAuction first) {
    json.put("additional", true)
        .put("firstAuctionId", first == null ? null : AuctionId.text(first.hi(), first.lo()));
    return this;
  }

  /**
   * The bids beside the first, and the deals that were not bid on, each under an auction id of its
   * own.
   */
  AuctionJson additional(List<RecordedAuction> records) {
    JsonArray array = new JsonArray();
    JsonArray deals = new JsonArray();
    for (RecordedAuction bid : records) {
      if (bid.reason() != Reason.NONE.code()) {
        deals.add(
            new JsonObject()
                .put("auctionId", AuctionId.text(bid.hi(), bid.lo()))
                .put("dealId", Long.toString(bid.money().dealId()))
                .put("reason", ReasonText.name(bid.reason()))
                .put("explanation", ReasonText.sentence(bid.reason())));
        continue;
      }
      array.add(
          new JsonObject()
              .put("dealId", dealId(bid))
              .put("auctionId", AuctionId.text(bid.hi(), bid.lo()))
              .put("lineItemId", Long.toString(bid.bidder()))
              .put("priceCpmMicros", bid.money().bidCpmMicros())
              .put("creativeId", Long.toString(bid.money().creativeId()))
              .put("leaseId", Long.toString(bid.money().leaseId())));
    }
    if (!array.isEmpty()) {
      json.put("additionalBids", array);
    }
    if (!deals.isEmpty()) {
      json.put("dealsWithoutBid", deals);
    }
    return this;
  }

  /** The catalogue's id of the deal that a record is of, or null. */
  private static String dealId(RecordedAuction auction) {
    return auction.money().dealId() == 0 ? null : Long.toString(auction.money().dealId());
  }

  /** Adds to the candidates what each would have had to bid, by line item. */
  AuctionJson minToWin(Map<Long, Long> prices) {
    for (Object each : json.getJsonArray("candidates")) {
      JsonObject candidate = (JsonObject) each;
      Long price = prices.get(Long.parseLong(candidate.getString("lineItemId")));
      if (price != null) {
        candidate.put("minToWinCpmMicros", price);
      }
    }
    return this;
  }

  /**
   * Adds to the candidates that do not pay for impressions what their price is made of.
   *
   * @param catalogue as it was, or null
   */
  AuctionJson pricing(CatalogueSnapshot catalogue) {
    Map<String, JsonObject> candidates = new HashMap<>();
    for (Object each : json.getJsonArray("candidates")) {
      JsonObject candidate = (JsonObject) each;
      candidates.put(candidate.getString("lineItemId"), candidate);
    }
    LineItemIndex lineItems = catalogue == null ? null : catalogue.lineItems();
    for (int ordinal = 0; lineItems != null && ordinal < lineItems.count(); ordinal++) {
      JsonObject candidate =
          lineItems.model(ordinal) == BidModel.CPM
              ? null
              : candidates.get(Long.toString(lineItems.id(ordinal)));
      if (candidate != null) {
        candidate.put(
            "pricing",
            new JsonObject()
                .put("model", lineItems.model(ordinal).name())
                .put("amountMicros", lineItems.lineItem(ordinal).amountMicros())
                .put("chargesPerMillion", lineItems.chargesPerMillion(ordinal)));
      }
    }
    return this;
  }

  AuctionJson candidates(List<ExplainedCandidate> candidates) {
    JsonArray array = new JsonArray();
    candidates.forEach(candidate -> array.add(candidate.toJson()));
    json.put("candidates", array);
    return this;
  }

  /** The caller's line items beyond those that are listed: how many, by reason. */
  AuctionJson further(Map<Reason, Integer> counts) {
    if (!counts.isEmpty()) {
      json.put("furtherCandidates", byReason(counts));
    }
    return this;
  }

  /**
   * Line items of others: how many, by reason.
   *
   * @param recorded those of the record
   * @param computed how many of the rest
   */
  AuctionJson others(List<ExplainedCandidate> recorded, Map<Reason, Integer> computed) {
    JsonObject counts = byReason(computed);
    recorded.stream()
        .filter(other -> !other.isWinner())
        .map(other -> ReasonText.name(other.reason()))
        .forEach(name -> counts.put(name, counts.getInteger(name, 0) + 1));
    json.put("others", counts);
    return this;
  }

  private static JsonObject byReason(Map<Reason, Integer> counts) {
    JsonObject byName = new JsonObject(new TreeMap<>());
    counts.forEach((reason, count) -> byName.put(ReasonText.name(reason.code()), count));
    return byName;
  }

  /** Says whether line items beyond the record were computed anew. */
  AuctionJson recomputed(boolean hasRequest, boolean hasCatalogue, int lineItems) {
    JsonObject recomputed = new JsonObject().put("lineItems", lineItems);
    if (!hasRequest) {
      recomputed.put("missing", "The request was not recorded in full.");
    } else if (!hasCatalogue) {
      recomputed.put("missing", "The catalogue of that version cannot be read now.");
    } else if (lineItems == 0) {
      recomputed.put("missing", "The recorded request cannot be read, or there was no line item.");
    }
    json.put("recomputed", recomputed);
    return this;
  }

  /**
   * Beacons and notices that came for the bid.
   *
   * @param withCost whether the caller may see what supply gets
   */
  AuctionJson events(List<JsonNode> rows, boolean withCost) {
    JsonArray events = new JsonArray();
    for (JsonNode row : rows) {
      JsonObject event =
          new JsonObject()
              .put("time", Instant.ofEpochMilli(row.get("millis").asLong()).toString())
              .put("kind", SettledKind.get((short) row.get("kind").asInt()).name())
              .put("disposition", Disposition.get((short) row.get("disposition").asInt()).name())
              .put("billed", row.get("billed").asInt() == 1)
              .put("chargedMicros", row.get("charged_micros").asLong())
              .put("overDeliveryMicros", row.get("over_delivery_micros").asLong())
              .put("lossReason", known(row, "loss_reason", NO_LOSS_REASON))
              .put("minToWinCpmMicros", known(row, "min_to_win_cpm_micros", NO_PRICE));
      if (withCost) {
        event.put("costMicros", row.get("cost_micros").asLong());
      }
      events.add(event);
    }
    json.put("events", events);
    return this;
  }

  /** A column's number; null where the event has none. */
  private static Long known(JsonNode row, String column, long unknown) {
    long number = row.get(column).asLong();
    return number == unknown ? null : number;
  }

  /** What was asked and answered; null leaves it out. */
  AuctionJson request(RecordedRequest recorded) {
    if (recorded != null) {
      json.put("requestId", recorded.requestId())
          .put("httpStatus", recorded.status())
          .put("request", parsed(recorded.request()))
          .put("response", recorded.response().isEmpty() ? null : parsed(recorded.response()));
    }
    return this;
  }

  private static Object parsed(String text) {
    try {
      return new JsonObject(text);
    } catch (DecodeException e) {
      return text;
    }
  }

  JsonObject build() {
    return json;
  }
}
