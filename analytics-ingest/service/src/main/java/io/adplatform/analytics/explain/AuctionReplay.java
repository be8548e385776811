package io.adplatform.analytics.explain;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.Replay;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Runs recorded auctions again and compares what comes out with the record, as {@code
 * {"auctionId","verdict","missing","differences","recorded","replayed"}}. Of one thread.
 */
final class AuctionReplay {
  private final RecordedAuction auction;
  private final Replay.Recorded recorded;

  AuctionReplay(RecordedAuction auction) {
    this.auction = auction;
    List<Replay.Candidate> candidates =
        auction.candidates().stream()
            .map(c -> new Replay.Candidate(c.lineItemId(), c.priceCpmMicros(), c.reason()))
            .toList();
    this.recorded =
        new Replay.Recorded(
            auction.hi(),
            auction.lo(),
            auction.timeMillis(),
            auction.imp().index(),
            new Replay.Outcome(
                auction.reason(),
                auction.money().bidCpmMicros(),
                auction.money().creativeId(),
                candidates));
  }

  /** What is said where it cannot be run again. */
  JsonObject impossible(String why) {
    return json("NOT_POSSIBLE").put("missing", why);
  }

  /**
   * Runs it again.
   *
   * @param catalogue as it was
   */
  JsonObject run(Replay replay, CatalogueSnapshot catalogue, RecordedRequest request) {
    SupplyPartner partner = catalogue.partners().byId(auction.supplyPartnerId());
    if (partner == null) {
      return impossible("The supply partner is not in the catalogue of that version.");
    }
    BidRequest read = new BidRequest();
    byte[] bytes = request.request().getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, read.receive(bytes.length), 0, bytes.length);
    boolean readable = new OpenRtbReader().read(read) == ReadFailure.NONE;
    if (readable && !replay.covers(catalogue, partner, read, recorded)) {
      return impossible("What demand partners answered, or what was bid on the imp's deals.");
    }
    Replay.Outcome replayed = readable ? replay.run(catalogue, partner, read, recorded) : null;
    if (replayed == null) {
      return impossible("The recorded request cannot be read, or has no such imp.");
    }
    JsonArray differences = differences(recorded.outcome(), replayed);
    return json(differences.isEmpty() ? "IDENTICAL" : "DIFFERENT")
        .put("differences", differences)
        .put("recorded", outcome(recorded.outcome()))
        .put("replayed", outcome(replayed));
  }

  private JsonObject json(String verdict) {
    return new JsonObject()
        .put("auctionId", AuctionId.text(auction.hi(), auction.lo()))
        .put("catalogueVersion", Long.toString(auction.catalogueVersion()))
        .put("verdict", verdict);
  }

  private static JsonArray differences(Replay.Outcome recorded, Replay.Outcome replayed) {
    JsonArray differences = new JsonArray();
    JsonObject was = outcome(recorded);
    JsonObject is = outcome(replayed);
    for (String field : List.of("reason", "bidCpmMicros", "creativeId")) {
      compare(field, was.getValue(field), is.getValue(field), differences);
    }
    int places = Math.max(recorded.candidates().size(), replayed.candidates().size());
    for (int place = 0; place < places; place++) {
      compare(
          "candidates[" + place + "]",
          at(recorded.candidates(), place),
          at(replayed.candidates(), place),
          differences);
    }
    return differences;
  }

  private static void compare(String field, Object was, Object is, JsonArray differences) {
    if (!Objects.equals(was, is)) {
      differences.add(
          new JsonObject().put("field", field).put("recorded", was).put("replayed", is));
    }
  }

  private static JsonObject at(List<Replay.Candidate> candidates, int place) {
    return place < candidates.size() ? candidate(candidates.get(place)) : null;
  }

  private static JsonObject outcome(Replay.Outcome outcome) {
    JsonArray candidates = new JsonArray();
    outcome.candidates().forEach(each -> candidates.add(candidate(each)));
    return new JsonObject()
        .put("reason", ReasonText.name(outcome.reason()))
        .put("bidCpmMicros", outcome.bidCpmMicros())
        .put("creativeId", outcome.creativeId() == 0 ? null : Long.toString(outcome.creativeId()))
        .put("candidates", candidates);
  }

  private static JsonObject candidate(Replay.Candidate candidate) {
    return new JsonObject()
        .put("lineItemId", Long.toString(candidate.lineItemId()))
        .put("priceCpmMicros", candidate.priceCpmMicros())
        .put("reason", ReasonText.name(candidate.reason()));
  }
}
