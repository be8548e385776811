package io.adplatform.campaign.serving;

import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * {@code GET /line-items/{id}/serving}: {@code
 * {"lineItemId","serving","reasons":[{"code","detail"}],
 * "budget","pacing","targetingShare","lastHour"}}. {@code serving} is false where one of the
 * reasons keeps it out of every auction; other reasons hinder, or say what is unknown. Thread-safe.
 */
public final class ServingHandler implements AutoCloseable {
  private static final Duration CONNECT_LIMIT = Duration.ofMillis(500);

  private final Transactions transactions;
  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().executor(threads).connectTimeout(CONNECT_LIMIT).build();
  private final ServicePeer billing;
  private final ServicePeer analytics;
  private final DealServing deals;

  /** Asks the services where the configuration says. */
  public ServingHandler(Transactions transactions, ServicePeersConfig peers, InstantSource clock) {
    this.transactions = transactions;
    this.clock = clock;
    this.billing = new ServicePeer(client, peers.billingUrl(), peers.nodeKey());
    this.analytics = new ServicePeer(client, peers.analyticsUrl(), peers.nodeKey());
    this.deals = new DealServing(transactions, analytics, clock);
  }

  /** Answers the operation. */
  public ApiResponse get(ApiRequest request) throws Exception {
    request.caller().require(Role.ADVERTISER);
    long id = request.pathId("id");
    ServingState.Exchange exchange = transactions.forService(ServingState.Exchange::read);
    ServingState state =
        transactions
            .forCaller(request.caller(), handle -> ServingState.read(handle, id, exchange))
            .orElseThrow(() -> Problem.notFound("line item"));
    String path = "/line-items/" + id;
    Future<JsonObject> asked =
        threads.submit(
            () -> billing.get(path + "/budget?priceMicros=" + state.price().chargeMicros()));
    JsonObject activity = analytics.get(path + "/activity");
    JsonObject budget = asked.get();
    ServingReasons reasons = new ServingReasons();
    reasons.ofState(state, clock.instant());
    reasons.ofDeals(
        transactions.forCaller(request.caller(), handle -> DealServing.lacksDeal(handle, id)));
    reasons.ofBudget(budget);
    reasons.ofActivity(activity);
    return ApiResponse.ok(
        reasons
            .toJson(id)
            .put("startAt", state.startAt() == null ? null : state.startAt().toString())
            .put("endAt", state.endAt() == null ? null : state.endAt().toString())
            .put("budget", budget)
            .put("bid", bid(state.price()))
            .put("pacing", pacing(state))
            .put("targetingShare", targetingShare(activity))
            .put("lastHour", request.caller().isOperator() ? activity : ownPart(activity)));
  }

  /** Answers the same of a deal. */
  public ApiResponse getDeal(ApiRequest request) {
    return deals.get(request);
  }

  private static JsonObject bid(ServingState.Price price) {
    return new JsonObject()
        .put("model", price.model().name())
        .put("chargeMicros", price.chargeMicros())
        .put("chargesPerMillion", price.chargesPerMillion())
        .put("measured", price.measured())
        .put("effectiveCpmMicros", price.effectiveCpmMicros());
  }

  private static JsonObject pacing(ServingState state) {
    return new JsonObject()
        .put("mode", state.pacing().name())
        .put("participationPartsPerMillion", state.partsPerMillion());
  }

  /** Without the number of auctions of the whole exchange, which is the operator's to know. */
  private static JsonObject ownPart(JsonObject activity) {
    if (activity == null) {
      return null;
    }
    JsonObject own = activity.copy();
    own.remove("auctions");
    return own;
  }

  /** Share of the last hour's recorded imps that meet its targeting; null while unknown. */
  private static Double targetingShare(JsonObject activity) {
    JsonObject sample = activity == null ? null : activity.getJsonObject("targeting");
    if (sample == null || sample.getLong("imps", 0L) == 0) {
      return null;
    }
    return (double) sample.getLong("matches", 0L) / sample.getLong("imps");
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
