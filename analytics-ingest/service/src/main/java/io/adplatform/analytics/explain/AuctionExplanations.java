package io.adplatform.analytics.explain;

import io.adplatform.analytics.explain.AuctionStore.Entity;
import io.adplatform.analytics.explain.Recomputation.Verdict;
import io.adplatform.analytics.explain.Recomputation.Verdicts;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiPermits;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The handlers of {@code GET /auctions/{id}}, {@code GET /auctions/{id}/replay} (for operators
 * alone) and {@code GET /auctions?requestId=}. An operator sees everything; an advertiser the
 * auctions whose record names one of its line items, its own by name and of all others only how
 * many fell out for which reason; a partner the outcome of its own supply's auctions, without
 * candidates. What one may not see is not found, and found out before anything is computed. A list
 * has the records; one auction alone is explained beyond its record, and so many at once.
 * Thread-safe.
 */
public final class AuctionExplanations {
  /** Of one request there are no more, and each is looked up by itself. */
  private static final int MAX_PAGE = 32;

  /**
   * Explained at once: each reads a catalogue from the topics, or waits while another does, and
   * goes over all of it, in the process that may hold the lanes.
   */
  static final int MAX_EXPLAINED = 4;

  /** Of one API key: it leaves room for others. */
  static final int MAX_EXPLAINED_PER_KEY = 2;

  private final AuctionStore store;
  private final CatalogueHistory history;
  private final Recomputation recomputation;
  private final TokenKeys keys;
  private final ApiPermits explained = new ApiPermits(MAX_EXPLAINED, MAX_EXPLAINED_PER_KEY);

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
    server.operation("findAuctions", guarded(explanations::list));
    server.operation("replayAuction", guarded(explanations::replay));
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
    RecordedAuction auction = find(request);
    Caller caller = request.caller();
    Names names = names(List.of(auction));
    boolean further = auction.imp().isAdditional();
    RecordedAuction first = further ? store.findFirst(auction) : auction;
    RecordedRequest recorded = first == null ? null : store.findRequest(first);
    AuctionJson json = begin(auction, names, first);
    if (caller.role() == Role.PARTNER || further || recorded == null) {
      if (!further && caller.role() != Role.PARTNER) {
        json.recomputed(recorded != null, false, 0);
      }
      described(json, auction, names, caller, null, null, Events.TOLD);
      return answer(json, recorded, caller);
    }
    begin(caller);
    try {
      CatalogueSnapshot catalogue = history.at(auction.catalogueVersion(), auction.timeMillis());
      Verdicts verdicts =
          catalogue == null
              ? null
              : recomputation.verdicts(
                  catalogue,
                  auction,
                  recorded,
                  account -> caller.isOperator() || account == caller.accountId());
      json.recomputed(true, catalogue != null, verdicts == null ? 0 : verdicts.lineItems());
      described(json, auction, names, caller, catalogue, verdicts, Events.TOLD);
      return answer(json, recorded, caller);
    } finally {
      explained.release(caller.keyId());
    }
  }

  /** Runs the auction of a record again and compares; of a further bid, that of the first. */
  private ApiResponse replay(ApiRequest request) {
    Caller caller = request.caller();
    caller.require();
    RecordedAuction named = find(request);
    RecordedAuction auction = named.imp().isAdditional() ? store.findFirst(named) : named;
    if (auction == null) {
      return ApiResponse.ok(
          new AuctionReplay(named).impossible("The record of the first bid is not there."));
    }
    AuctionReplay replay = new AuctionReplay(auction);
    RecordedRequest recorded = store.findRequest(auction);
    if (recorded == null) {
      return ApiResponse.ok(replay.impossible("The request was not recorded in full."));
    }
    begin(caller);
    try {
      CatalogueSnapshot catalogue = history.at(auction.catalogueVersion(), auction.timeMillis());
      return ApiResponse.ok(
          catalogue == null
              ? replay.impossible("The catalogue of that version cannot be read now.")
              : replay.run(recomputation.replay(), catalogue, recorded));
    } finally {
      explained.release(caller.keyId());
    }
  }

  /** Takes a permit to explain, for {@code release}. */
  private void begin(Caller caller) {
    Problem busy = explained.take(caller.keyId());
    if (busy != null) {
      throw busy;
    }
  }

  /** The record that a request's path names, as far as its caller may see it. */
  private RecordedAuction find(ApiRequest request) {
    String id = request.path("auctionId");
    RecordedAuction auction =
        AuctionId.isText(id)
            ? store.find(AuctionId.parseHi(id), AuctionId.parseLo(id), request.caller())
            : null;
    if (auction == null) {
      throw Problem.notFound("auction");
    }
    return auction;
  }

  private static ApiResponse answer(AuctionJson json, RecordedRequest recorded, Caller caller) {
    // What was asked and answered is the seller's, and the exchange's.
    boolean mayRead = caller.isOperator() || caller.role() == Role.PARTNER;
    return ApiResponse.ok(json.request(mayRead ? recorded : null).build());
  }

  /** The records alone: nothing is computed anew. */
  private ApiResponse list(ApiRequest request) {
    Page page = Page.of(request);
    // The document lets no larger one pass; without one it is Page's.
    int limit = Math.min(MAX_PAGE, page.limit());
    long hash = new RequestIdHash(keys).of(request.query("requestId"));
    Caller caller = request.caller();
    List<RecordedAuction> found = store.findByRequest(hash, caller, limit + 1, page.afterId());
    List<RecordedAuction> listed = found.subList(0, Math.min(limit, found.size()));
    Names names = names(listed);
    JsonArray items = new JsonArray();
    for (RecordedAuction auction : listed) {
      AuctionJson json = begin(auction, names, auction);
      items.add(described(json, auction, names, caller, null, null, Events.LEFT_OUT).build());
    }
    String next = found.size() > limit ? cursor(page.afterId() + limit) : null;
    return ApiResponse.ok(new JsonObject().put("items", items).put("nextCursor", next));
  }

  private static String cursor(long offset) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(("1:" + offset).getBytes(StandardCharsets.US_ASCII));
  }

  /** Whether what came for a bid is told with it: in a list each would be a search of its own. */
  private enum Events {
    TOLD,
    LEFT_OUT
  }

  /** What the records name. */
  private record Names(Map<Long, Entity> entities) {
    Entity of(long id) {
      return entities.getOrDefault(id, Entity.UNKNOWN);
    }
  }

  private Names names(List<RecordedAuction> auctions) {
    Set<Long> ids = new HashSet<>();
    for (RecordedAuction auction : auctions) {
      ids.add(auction.supplyPartnerId());
      auction.candidates().forEach(candidate -> ids.add(candidate.lineItemId()));
    }
    return new Names(store.entities(ids));
  }

  private static AuctionJson begin(RecordedAuction auction, Names names, RecordedAuction first) {
    AuctionJson json = new AuctionJson(auction, names.of(auction.supplyPartnerId()).name());
    return auction.imp().isAdditional() ? json.additionalTo(first) : json;
  }

  /**
   * What a caller may see of an auction.
   *
   * @param catalogue as it was, or null
   * @param verdicts on line items beyond the record, or null
   */
  private AuctionJson described(
      AuctionJson json,
      RecordedAuction auction,
      Names names,
      Caller caller,
      CatalogueSnapshot catalogue,
      Verdicts verdicts,
      Events events) {
    List<RecordedAuction> additional =
        auction.imp().isAdditional() ? List.of() : store.findAdditional(auction);
    if (caller.role() == Role.PARTNER) {
      return json.outcome().additional(additional);
    }
    List<ExplainedCandidate> recorded = recorded(auction, names);
    if (caller.isOperator()) {
      json.outcome()
          .additional(additional)
          .candidates(with(recorded, verdicts))
          .further(verdicts == null ? Map.of() : verdicts.further())
          .pricing(catalogue)
          .minToWin(PriceToWin.of(auction, catalogue));
      return events == Events.TOLD ? json.events(store.findEvents(auction), true) : json;
    }
    Map<Boolean, List<ExplainedCandidate>> mine =
        recorded.stream()
            .collect(Collectors.partitioningBy(c -> c.accountId() == caller.accountId()));
    return ofAdvertiser(json, auction, additional, mine.get(true), events)
        .candidates(with(mine.get(true), verdicts))
        .further(verdicts == null ? Map.of() : verdicts.further())
        .others(mine.get(false), verdicts == null ? Map.of() : verdicts.others())
        .pricing(catalogue);
  }

  private AuctionJson ofAdvertiser(
      AuctionJson json,
      RecordedAuction auction,
      List<RecordedAuction> additional,
      List<ExplainedCandidate> own,
      Events events) {
    Set<Long> ids = new HashSet<>();
    own.forEach(candidate -> ids.add(candidate.lineItemId()));
    List<RecordedAuction> bids =
        additional.stream().filter(bid -> ids.contains(bid.bidder())).toList();
    if (ids.contains(auction.bidder())) {
      json.outcome();
      if (events == Events.TOLD) {
        json.events(store.findEvents(auction), false);
      }
    } else if (bids.isEmpty()) {
      json.outcomeForLoser();
    } else {
      json.outcomeBesideTheFirst();
    }
    return json.additional(bids);
  }

  /** The record's candidates as they stand in it. */
  private static List<ExplainedCandidate> recorded(RecordedAuction auction, Names names) {
    List<ExplainedCandidate> recorded = new ArrayList<>();
    for (RecordedAuction.Candidate candidate : auction.candidates()) {
      Entity entity = names.of(candidate.lineItemId());
      recorded.add(
          new ExplainedCandidate(
              candidate.lineItemId(),
              entity.name(),
              entity.accountId(),
              entity.campaignId(),
              entity.advertiserId(),
              candidate.priceCpmMicros(),
              candidate.reason(),
              null,
              true));
    }
    return recorded;
  }

  /** Then all others that are listed, as computed anew. */
  private static List<ExplainedCandidate> with(
      List<ExplainedCandidate> recorded, Verdicts verdicts) {
    List<ExplainedCandidate> all = new ArrayList<>(recorded);
    for (Verdict v : verdicts == null ? List.<Verdict>of() : verdicts.listed()) {
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
    return all;
  }
}
