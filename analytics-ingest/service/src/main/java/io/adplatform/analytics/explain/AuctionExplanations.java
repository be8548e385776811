package io.adplatform.analytics.explain;

import io.adplatform.analytics.explain.AuctionStore.Entity;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Page;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.ClickHouseException;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.event.RequestIdHash;
import io.adplatform.wire.token.TokenKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The handlers of {@code GET /auctions/{id}} and {@code GET /auctions?requestId=}. An operator sees
 * everything; an advertiser the auctions that its line items were looked at in, those by name and
 * of all others only how many fell out for which reason; a partner the outcome of its own supply's
 * auctions, without candidates. What one may not see is not found. Thread-safe.
 */
public final class AuctionExplanations {
  /** Explained beside each other on one page: each may take a pass over the catalogue. */
  private static final int MAX_PAGE = 32;

  private final AuctionStore store;
  private final CatalogueHistory history;
  private final Recomputation recomputation;
  private final TokenKeys keys;

  private AuctionExplanations(
      ClickHouseDatabase database, KafkaConfig kafka, TokenKeys keys, Recomputation recomputation) {
    this.store = new AuctionStore(database);
    this.history = new CatalogueHistory(kafka, CreativeCompiler.NONE);
    this.recomputation = recomputation;
    this.keys = keys;
  }

  /**
   * Mounts the handlers.
   *
   * @param database the tables of ingestion
   * @param kafka where the catalogue's topics are
   * @param keys of tokens: request ids are hashed by them
   * @param secureEndpoint whether the exchange's beacons and notices are https
   * @param seat under which the exchange bids
   */
  public static void mount(
      ApiServer.Builder server,
      ClickHouseDatabase database,
      KafkaConfig kafka,
      TokenKeys keys,
      boolean secureEndpoint,
      String seat) {
    AuctionExplanations explanations =
        new AuctionExplanations(database, kafka, keys, new Recomputation(secureEndpoint, seat));
    server.operation("getAuction", guarded(explanations::get));
    server.operation("findAuctions", guarded(explanations::find));
  }

  private static ApiHandler guarded(ApiHandler handler) {
    return request -> {
      request.caller().require(Role.ADVERTISER, Role.PARTNER);
      try {
        return handler.handle(request);
      } catch (ClickHouseException e) {
        if (e.isUnavailable()) {
          throw Problem.unavailable("Auction records are not available now; nothing is lost.");
        }
        throw e;
      }
    };
  }

  private ApiResponse get(ApiRequest request) {
    String id = request.path("auctionId");
    if (!AuctionId.isText(id)) {
      throw Problem.notFound("auction");
    }
    RecordedAuction auction = store.find(AuctionId.parseHi(id), AuctionId.parseLo(id));
    JsonObject json = auction == null ? null : explain(auction, request.caller());
    if (json == null) {
      throw Problem.notFound("auction");
    }
    return ApiResponse.ok(json);
  }

  private ApiResponse find(ApiRequest request) {
    Page page = Page.of(request);
    int limit = Math.min(MAX_PAGE, page.limit());
    long hash = new RequestIdHash(keys).of(request.query("requestId"));
    List<RecordedAuction> found = store.findByRequest(hash, limit + 1, page.afterId());
    JsonArray items = new JsonArray();
    for (RecordedAuction auction : found.subList(0, Math.min(limit, found.size()))) {
      JsonObject json = explain(auction, request.caller());
      if (json != null) {
        items.add(json);
      }
    }
    String next = found.size() > limit ? cursor(page.afterId() + limit) : null;
    return ApiResponse.ok(new JsonObject().put("items", items).put("nextCursor", next));
  }

  private static String cursor(long offset) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(("1:" + offset).getBytes(StandardCharsets.US_ASCII));
  }

  /** What a caller may see of an auction; null where that is nothing. */
  private JsonObject explain(RecordedAuction auction, Caller caller) {
    Set<Long> ids = new HashSet<>();
    ids.add(auction.supplyPartnerId());
    auction.candidates().forEach(candidate -> ids.add(candidate.lineItemId()));
    Map<Long, Entity> entities = store.entities(ids);
    Entity supply = entities.getOrDefault(auction.supplyPartnerId(), Entity.UNKNOWN);
    boolean further = auction.imp().isAdditional();
    RecordedAuction first = further ? store.findFirst(auction) : auction;
    List<RecordedAuction> additional = further ? List.of() : store.findAdditional(auction);
    RecordedRequest recorded = first == null ? null : store.findRequest(first);
    AuctionJson json = new AuctionJson(auction, supply.name());
    if (further) {
      json.additionalTo(first);
    }
    if (caller.role() == Role.PARTNER) {
      return supply.accountId() == caller.accountId()
          ? json.outcome().additional(additional).request(recorded).build()
          : null;
    }
    CatalogueSnapshot catalogue =
        recorded == null || further
            ? null
            : history.at(auction.catalogueVersion(), auction.timeMillis());
    List<Recomputation.Verdict> verdicts =
        catalogue == null ? null : recomputation.verdicts(catalogue, auction, recorded);
    List<ExplainedCandidate> candidates = candidates(auction, entities, verdicts);
    if (!further) {
      json.recomputed(recorded != null, catalogue != null, verdicts == null ? 0 : verdicts.size());
    }
    if (caller.isOperator()) {
      return json.outcome()
          .additional(additional)
          .candidates(candidates)
          .pricing(catalogue)
          .minToWin(PriceToWin.of(auction, catalogue))
          .events(store.findEvents(auction))
          .request(recorded)
          .build();
    }
    AuctionJson own = ofAdvertiser(caller, auction, additional, candidates, json);
    return own == null ? null : own.pricing(catalogue).build();
  }

  private AuctionJson ofAdvertiser(
      Caller caller,
      RecordedAuction auction,
      List<RecordedAuction> additional,
      List<ExplainedCandidate> candidates,
      AuctionJson json) {
    List<ExplainedCandidate> own =
        candidates.stream().filter(c -> c.accountId() == caller.accountId()).toList();
    if (own.isEmpty()) {
      return null;
    }
    List<ExplainedCandidate> others =
        candidates.stream().filter(c -> c.accountId() != caller.accountId()).toList();
    Set<Long> ids = new HashSet<>();
    own.forEach(candidate -> ids.add(candidate.lineItemId()));
    List<RecordedAuction> bids =
        additional.stream().filter(bid -> ids.contains(bid.bidder())).toList();
    if (ids.contains(auction.bidder())) {
      json.outcome().events(store.findEvents(auction));
    } else if (bids.isEmpty()) {
      json.outcomeForLoser();
    } else {
      json.outcomeBesideTheFirst();
    }
    return json.additional(bids).candidates(own).others(others);
  }

  /** The record's candidates as they stand in it, then all others as computed anew. */
  private static List<ExplainedCandidate> candidates(
      RecordedAuction auction, Map<Long, Entity> entities, List<Recomputation.Verdict> verdicts) {
    Map<Long, ExplainedCandidate> byLineItem = new HashMap<>();
    List<ExplainedCandidate> all = new ArrayList<>();
    for (RecordedAuction.Candidate candidate : auction.candidates()) {
      Entity entity = entities.getOrDefault(candidate.lineItemId(), Entity.UNKNOWN);
      ExplainedCandidate explained =
          new ExplainedCandidate(
              candidate.lineItemId(),
              entity.name(),
              entity.accountId(),
              entity.campaignId(),
              entity.advertiserId(),
              candidate.priceCpmMicros(),
              candidate.reason(),
              null,
              true);
      byLineItem.put(candidate.lineItemId(), explained);
      all.add(explained);
    }
    for (Recomputation.Verdict v : verdicts == null ? List.<Recomputation.Verdict>of() : verdicts) {
      if (!byLineItem.containsKey(v.lineItemId())) {
        all.add(
            new ExplainedCandidate(
                v.lineItemId(),
                v.name(),
                v.accountId(),
                v.campaignId(),
                v.advertiserId(),
                v.priceCpmMicros(),
                v.reason().code(),
                v.part(),
                false));
      }
    }
    return all;
  }
}
