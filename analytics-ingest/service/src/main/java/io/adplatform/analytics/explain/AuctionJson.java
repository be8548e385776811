package io.adplatform.analytics.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.wire.catalogue.Country;
import io.adplatform.wire.catalogue.DeviceType;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.SettledKind;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds the answer about one auction, as far as the caller may see it. Of one thread. */
final class AuctionJson {
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
        .put("floorCpmMicros", auction.money().floorCpmMicros());
  }

  /** How it ended, and what was bid. */
  AuctionJson outcome() {
    boolean bid = auction.reason() == 0 && auction.money().bidCpmMicros() > 0;
    json.put("outcome", bid ? "BID" : "NO_BID").put("reason", ReasonText.name(auction.reason()));
    json.put(
        "explanation",
        bid ? "The best candidate's bid was sent." : ReasonText.sentence(auction.reason()));
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

  /** How it ended for one whose line items did not win: whether someone else's did is not said. */
  AuctionJson outcomeForLoser() {
    json.put("outcome", "NO_BID").put("explanation", "None of your line items was the bid.");
    return this;
  }

  AuctionJson candidates(List<ExplainedCandidate> candidates) {
    JsonArray array = new JsonArray();
    candidates.forEach(candidate -> array.add(candidate.toJson()));
    json.put("candidates", array);
    return this;
  }

  /** Line items of others: how many, by reason. */
  AuctionJson others(List<ExplainedCandidate> others) {
    Map<String, Integer> byReason = new TreeMap<>();
    others.stream()
        .filter(other -> !other.isWinner())
        .forEach(other -> byReason.merge(ReasonText.name(other.reason()), 1, Integer::sum));
    JsonObject counts = new JsonObject();
    byReason.forEach(counts::put);
    json.put("others", counts);
    return this;
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

  /** Beacons and notices that came for the bid. */
  AuctionJson events(List<JsonNode> rows) {
    JsonArray events = new JsonArray();
    for (JsonNode row : rows) {
      events.add(
          new JsonObject()
              .put("time", Instant.ofEpochMilli(row.get("millis").asLong()).toString())
              .put("kind", SettledKind.get((short) row.get("kind").asInt()).name())
              .put("disposition", Disposition.get((short) row.get("disposition").asInt()).name())
              .put("billed", row.get("billed").asInt() == 1)
              .put("chargedMicros", row.get("charged_micros").asLong())
              .put("overDeliveryMicros", row.get("over_delivery_micros").asLong())
              .put("costMicros", row.get("cost_micros").asLong()));
    }
    json.put("events", events);
    return this;
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
