package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.ApiClient;
import io.adplatform.loadtest.exchange.Exchange;
import io.adplatform.loadtest.exchange.RequestFile;
import io.adplatform.loadtest.exchange.Ssp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Ends the exchange in three ways and starts it again: what was answered must be in the report. */
final class Restarts {
  private static final int BEACONS_AT_KILL = 120;
  private static final int BEACONS_BEFORE_STOP = 12;
  private static final int BEACON_THREADS = 4;
  private static final int OK = 200;
  private static final String PRICE = "9.41";
  private static final Duration BID_BOUND = Duration.ofSeconds(60);

  /** A third of the beacons must have been answered by then. */
  private static final Duration BEACON_BOUND = Duration.ofSeconds(60);

  /** Longer than a kill and a new start take: both tries of a beacon fall into one hour. */
  private static final Duration HOUR_LEFT = Duration.ofSeconds(90);

  /** Until what was recorded before a kill is settled, on a slow machine. */
  private static final Duration SETTLE_BOUND = Duration.ofMinutes(3);

  /** What is settled is on record this long after, or sooner. */
  private static final Duration RECORD_TIME = Duration.ofSeconds(5);

  private final Check check;
  private final Exchange exchange;
  private final ApiClient operator;
  private final Demand demand;
  private final Seller seller;
  private final Ssp ssp;
  private final RequestFile request;

  Restarts(
      Check check,
      Exchange exchange,
      ApiClient operator,
      Demand demand,
      Seller seller,
      Ssp ssp,
      RequestFile request) {
    this.check = check;
    this.exchange = exchange;
    this.operator = operator;
    this.demand = demand;
    this.seller = seller;
    this.ssp = ssp;
    this.request = request;
  }

  /** {@code kill -9} of everything while beacons are on their way. */
  void killEverything() throws Exception {
    check.step("kill -9 of everything in the middle of beacons, then up again");
    List<Sold> won = win(BEACONS_AT_KILL);
    Instant hour = Hours.with(HOUR_LEFT);
    Map<Sold, Boolean> answered = fireAndKill(won);
    long before = answered.values().stream().filter(yes -> yes).count();
    check.that(
        before >= BEACONS_AT_KILL / 3 && before < BEACONS_AT_KILL,
        "killed in the middle: " + before + " of " + BEACONS_AT_KILL + " were answered");
    up();
    answered.forEach(
        (sold, yes) -> {
          if (yes) {
            seller.taken(Signal.IMPRESSION, sold, PRICE, hour);
          }
        });
    fireUnanswered(answered, hour);
  }

  private Map<Sold, Boolean> fireAndKill(List<Sold> won) throws Exception {
    Map<Sold, Boolean> answered = new LinkedHashMap<>();
    List<ProcessHandle> all = exchange.processes();
    try (ExecutorService browsers = Executors.newFixedThreadPool(BEACON_THREADS)) {
      Map<Sold, Future<Integer>> fired = new LinkedHashMap<>();
      for (Sold sold : won) {
        String address = Signal.IMPRESSION.address(sold.bid(), PRICE);
        fired.put(sold, browsers.submit(() -> ssp.fire(address)));
      }
      long start = System.nanoTime();
      while (fired.values().stream().filter(Future::isDone).count() < BEACONS_AT_KILL / 3) {
        if (System.nanoTime() - start > BEACON_BOUND.toNanos()) {
          throw new IllegalStateException(
              "a third of " + BEACONS_AT_KILL + " beacons took more than " + BEACON_BOUND);
        }
        Thread.onSpinWait();
      }
      exchange.kill(all);
      for (Map.Entry<Sold, Future<Integer>> one : fired.entrySet()) {
        answered.put(
            one.getKey(), one.getValue().get(BEACON_BOUND.toSeconds(), TimeUnit.SECONDS) == OK);
      }
    }
    return answered;
  }

  /**
   * A beacon that was in flight may have been recorded though its answer was lost: the auction's
   * record tells. Fired again, each counts once.
   */
  private void fireUnanswered(Map<Sold, Boolean> answered, Instant hour) throws Exception {
    awaitSettled(Instant.now());
    int recorded = 0;
    for (Map.Entry<Sold, Boolean> one : answered.entrySet()) {
      if (!one.getValue()) {
        Sold sold = one.getKey();
        int impressions = impressions(sold);
        check.that(impressions <= 1, "a beacon fired once is recorded once at most: " + sold);
        if (impressions > 0) {
          recorded++;
          seller.taken(Signal.IMPRESSION, sold, PRICE, hour);
        }
        check.equal(OK, seller.fire(Signal.IMPRESSION, sold, PRICE), "beacon fired again");
      }
    }
    check.that(
        recorded <= BEACON_THREADS,
        "unanswered beacons that were recorded are at most those in flight, were " + recorded);
  }

  /** Until all is settled that every node has received by then. */
  private void awaitSettled(Instant until) throws Exception {
    long start = System.nanoTime();
    while (!isSettled(until)) {
      if (System.nanoTime() - start > SETTLE_BOUND.toNanos()) {
        throw new IllegalStateException(
            "not settled up to " + until + ": " + operator.get("/billing/nodes"));
      }
      Thread.sleep(200);
    }
    Thread.sleep(RECORD_TIME);
  }

  private boolean isSettled(Instant until) throws Exception {
    boolean settled = true;
    for (JsonNode node : operator.get("/billing/nodes").path("items")) {
      String upTo = node.path("settledUpTo").asText("");
      settled &= !upTo.isEmpty() && !Instant.parse(upTo).isBefore(until);
    }
    return settled;
  }

  private int impressions(Sold sold) throws Exception {
    int found = 0;
    for (JsonNode event : demand.api.get("/auctions/" + sold.bid().id()).path("events")) {
      if (event.path("kind").asText().equals("IMPRESSION")) {
        found++;
      }
    }
    return found;
  }

  /** {@code kill -9} of the launcher alone: all that it had started ends, and nothing is lost. */
  void killLauncher() throws Exception {
    check.step("kill -9 of the launcher alone, then up again");
    sell(BEACONS_BEFORE_STOP);
    check.equal(List.of(), exchange.killLauncher(), "processes left after kill -9 of the launcher");
    up();
  }

  /** A clean stop and a new start. */
  void stopAndStart() throws Exception {
    check.step("down, then up again");
    sell(BEACONS_BEFORE_STOP);
    check.equal(List.of(), exchange.down(), "processes left after down");
    up();
    sell(1);
  }

  private void up() throws Exception {
    check.step("ready again after " + exchange.up().toMillis() + " ms");
  }

  private void sell(int number) throws Exception {
    for (Sold sold : win(number)) {
      check.equal(OK, seller.fire(Signal.IMPRESSION, sold, PRICE), "impression beacon");
    }
  }

  /** A burst after a pause may use a lease up before the next one is granted. */
  private List<Sold> win(int number) throws Exception {
    List<Sold> won = new ArrayList<>();
    while (won.size() < number) {
      won.add(seller.awaitSold(request, "any", BID_BOUND));
    }
    return won;
  }
}
