package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.ApiClient;
import io.adplatform.loadtest.exchange.Exchange;
import io.adplatform.loadtest.exchange.RequestFile;
import io.adplatform.loadtest.exchange.Ssp;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The smoke run, in order. Arguments: the checkout, an empty folder, then options for {@code up}
 * (such as {@code --split}). Exit code 0 where all that it looked at held.
 */
public final class Smoke {
  /** A change is live in auctions within this of its 2xx. */
  private static final Duration LIVE_BOUND = Duration.ofSeconds(2);

  /**
   * How long a report may take to show what was accepted: a checkpoint, a commit, an insert and a
   * roll-up, on a slow machine.
   */
  private static final Duration REPORT_BOUND = Duration.ofSeconds(60);

  /** A report that has become equal must stay so, or something is counted again and again. */
  private static final Duration SETTLE_TIME = Duration.ofSeconds(4);

  private static final int BEACONS_AT_KILL = 120;
  private static final int BEACON_THREADS = 4;
  private static final int OK = 200;

  private final Check check = new Check(System.out);
  private final Tally tally = new Tally();
  private final Path requests;
  private final Exchange exchange;
  private Demand demand;
  private Ssp ssp;

  private Smoke(Path home, Path folder, List<String> options) throws IOException {
    this.requests = home.resolve("loadtest/requests");
    this.exchange = new Exchange(home, folder, options);
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 2) {
      System.err.println("usage: Smoke CHECKOUT EMPTY_FOLDER [options of up]");
      System.exit(2);
    }
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    Smoke smoke =
        new Smoke(
            Path.of(arguments[0]).toAbsolutePath(),
            folder.toAbsolutePath(),
            Arrays.asList(arguments).subList(2, arguments.length));
    boolean held;
    try {
      held = smoke.run();
    } finally {
      smoke.stop();
    }
    System.exit(held ? 0 : 1);
  }

  private boolean run() throws Exception {
    check.step("up on an empty folder");
    check.step("ready after " + exchange.up().toMillis() + " ms");
    ssp = new Ssp(exchange.dataAddress(), "demo-ssp");
    demand = new Demand(exchange.apiAddress(), exchange.apiKey());
    awaitLive();
    awaitBid("01-minimal-site");
    refuseStrangers();
    List<Sold> sold = answerRequests();
    fireBeacons(sold);
    forge(sold.getFirst().bid());
    exhaustBudget();
    pause();
    compare("after the load", "any", "german", "small");
    readRecords(sold.getFirst().bid());
    killInTheMiddle();
    compare("after kill -9 and a new start", "any", "german", "small");
    check.step("down");
    check.equal(List.of(), exchange.down(), "processes left after down");
    return check.finish();
  }

  /** A bid of ours and the line item that made it. */
  private record Sold(Bid bid, String lineItem, boolean test) {}

  private void awaitLive() throws IOException, InterruptedException {
    long wanted = demand.api.catalogueVersion();
    long start = System.nanoTime();
    long served = 0;
    while (served < wanted && System.nanoTime() - start < 5 * LIVE_BOUND.toNanos()) {
      Thread.sleep(20);
      served = exchange.catalogueVersion();
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    check.that(
        served >= wanted && millis <= LIVE_BOUND.toMillis(),
        "catalogue version "
            + wanted
            + " live within 2 s; after "
            + millis
            + " ms "
            + served
            + " was");
  }

  /**
   * The first lease of a new line item is asked for when it is live; the bid must be there within
   * the same bound.
   */
  private void awaitBid(String name) throws IOException, InterruptedException {
    RequestFile request = request(name);
    long start = System.nanoTime();
    boolean ours = false;
    while (!ours && System.nanoTime() - start < LIVE_BOUND.toNanos()) {
      JsonNode body = ssp.ask(request.body(), false, request.version()).body();
      for (JsonNode bid : bids(body).values()) {
        ours |= countBid(bid) != null;
      }
      Thread.sleep(20);
    }
    check.that(ours, "a new line item bids within 2 s of being live");
  }

  private void refuseStrangers() throws IOException, InterruptedException {
    check.step("calls without a key, of another account, of an unknown partner");
    ApiClient stranger = new ApiClient(exchange.apiAddress(), "no-such-key");
    stranger.call("GET", "/advertisers", null, 401);
    Demand other = new Demand(exchange.apiAddress(), exchange.apiKey());
    other.api.call("GET", "/campaigns/" + demand.campaignId, null, 404);
    other.api.call("GET", "/line-items/" + demand.lineItemId("any"), null, 404);
    other.api.call(
        "PATCH", "/line-items/" + demand.lineItemId("any"), "{\"status\":\"PAUSED\"}", 404);
    other.api.call("DELETE", "/advertisers/" + other.advertiserId, null, 409);
    for (String name : List.of("any", "german")) {
      other.api.patch("/line-items/" + other.lineItemId(name), "{\"status\":\"PAUSED\"}");
    }
    awaitVersion(other.api.catalogueVersion());
    check.equal(
        404,
        new Ssp(exchange.dataAddress(), "nobody").ask("{}".getBytes(), false, "2.6").status(),
        "status for an unknown supply partner");
  }

  private void awaitVersion(long version) throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (exchange.catalogueVersion() < version) {
      if (System.nanoTime() - start > 5 * LIVE_BOUND.toNanos()) {
        throw new IllegalStateException("catalogue version " + version + " is not live");
      }
      Thread.sleep(20);
    }
  }

  private List<Sold> answerRequests() throws IOException, InterruptedException {
    List<RequestFile> all = RequestFile.readAll(requests);
    check.step(all.size() + " requests of loadtest/requests, each answer field by field");
    List<Sold> sold = new ArrayList<>();
    for (RequestFile request : all) {
      Ssp.Answer answer = ssp.ask(request.body(), request.gzip(), request.version());
      String name = request.name();
      check.that(
          request.status().equals(Integer.toString(answer.status()))
              || request.status().equals("2xx") && answer.status() / 100 == 2,
          name + ": status " + request.status() + ", was " + answer.status());
      Map<String, JsonNode> bids = bids(answer.body());
      if (answer.status() == OK) {
        check.equal(request.json().path("id"), answer.body().path("id"), name + ": id");
        check.equal("USD", answer.body().path("cur").asText("USD"), name + ": cur");
      } else {
        check.that(answer.body().isMissingNode(), name + ": no body, was " + answer.body());
      }
      for (JsonNode bid : bids.values()) {
        String imp = bid.path("impid").asText();
        RequestFile.Expected expected = request.bids().get(imp);
        String lineItem = request.isTest() ? null : countBid(bid);
        if (expected != null) {
          checkBid(name + " imp " + imp, bid, expected);
          sold.add(new Sold(new Bid(bid), expected.lineItem(), request.isTest()));
        } else {
          check.that(lineItem == null, name + ": a bid of ours where none should be: " + bid);
        }
      }
      for (String imp : request.bids().keySet()) {
        check.that(bids.containsKey(imp), name + ": a bid for imp " + imp);
      }
    }
    return sold;
  }

  private void checkBid(String where, JsonNode bid, RequestFile.Expected expected) {
    String size = bid.path("w").asInt() + "x" + bid.path("h").asInt();
    check.that(expected.sizes().contains(size), where + ": size " + size);
    check.that(bid.path("id").asText().matches("[0-9a-f]{32}"), where + ": id");
    check.equal(
        0,
        BigDecimal.valueOf(demand.cpmMicros(expected.lineItem()), 6)
            .compareTo(bid.path("price").decimalValue()),
        where + ": price " + bid.path("price"));
    check.equal(demand.campaignId, bid.path("cid").asText(), where + ": cid");
    check.equal(demand.creativeId(size), bid.path("crid").asText(), where + ": crid");
    check.equal("[\"" + Demand.DOMAIN + "\"]", bid.path("adomain").toString(), where + ": adomain");
    check.equal("[\"" + Demand.CATEGORY + "\"]", bid.path("cat").toString(), where + ": cat");
    check.that(bid.path("exp").asInt() >= 60, where + ": exp " + bid.path("exp"));
    check.that(bid.path("adm").asText().contains("Ünï"), where + ": markup as uploaded");
    for (String field : List.of("nurl", "burl", "lurl")) {
      check.that(
          bid.path(field).asText().startsWith(exchange.dataAddress() + "/n/")
              && bid.path(field).asText().contains("${AUCTION_"),
          where + ": " + field + " " + bid.path(field));
    }
    check.that(
        new Bid(bid).impression("${AUCTION_PRICE}").contains("${AUCTION_PRICE}"),
        where + ": the price is left for the SSP to fill");
  }

  private void fireBeacons(List<Sold> sold) throws IOException, InterruptedException {
    check.step(sold.size() + " bids won: notices, beacons and clicks, each twice");
    List<String> prices = List.of("9.41", "8.0000005", "0.0005", "9.5", "99", "7.1234565");
    for (int i = 0; i < sold.size(); i++) {
      Sold one = sold.get(i);
      String price = prices.get(i % prices.size());
      for (int time = 0; time < 2; time++) {
        int won = ssp.fire(one.bid().notice("nurl", price));
        int shown = ssp.fire(one.bid().impression(price));
        check.that(won / 100 == 2, "win notice: " + won);
        check.equal(OK, shown, "impression beacon");
        if (!one.test()) {
          String id = demand.lineItemId(one.lineItem());
          tally.win(id, one.bid());
          tally.impression(id, one.bid(), demand.cpmMicros(one.lineItem()), price);
        }
        if (i % 3 == 0) {
          check.equal(
              Demand.LANDING_PAGE, ssp.redirect(one.bid().click()), "landing page of a click");
          if (!one.test()) {
            tally.click(demand.lineItemId(one.lineItem()), one.bid());
          }
        }
      }
    }
  }

  private void forge(Bid bid) throws InterruptedException {
    check.step("forged, altered, cut and foreign tokens");
    String beacon = bid.impression("9");
    int at = beacon.indexOf("/e/imp/") + "/e/imp/".length();
    for (int offset = 0; offset < 128; offset += 9) {
      char old = beacon.charAt(at + offset);
      String altered =
          beacon.substring(0, at + offset)
              + (old == 'A' ? 'B' : 'A')
              + beacon.substring(at + offset + 1);
      check.equal(404, ssp.fire(altered), "altered token at " + offset);
    }
    check.equal(404, ssp.fire(exchange.dataAddress() + "/e/imp/" + "A".repeat(128)), "forged");
    check.equal(404, ssp.fire(exchange.dataAddress() + "/e/imp/short"), "cut");
    check.equal(404, ssp.fire(exchange.dataAddress() + "/n/win/" + "_".repeat(128)), "foreign");
  }

  private void exhaustBudget() throws IOException, InterruptedException {
    check.step(
        "a budget of " + Demand.SMALL_IMPRESSIONS + " impressions, asked for until it is spent");
    String id = demand.small("surf.example");
    awaitLive();
    RequestFile request = request("11-australia-ext");
    List<Bid> won = new ArrayList<>();
    for (int i = 0; i < 4 * Demand.SMALL_IMPRESSIONS; i++) {
      for (JsonNode bid : bids(ssp.ask(request.body(), false, request.version()).body()).values()) {
        if (id.equals(lineItemOf(bid))) {
          won.add(new Bid(bid));
        }
        countBid(bid);
      }
      Thread.sleep(50);
    }
    check.equal(Demand.SMALL_IMPRESSIONS, won.size(), "bids of a budget that buys as many");
    for (Bid bid : won) {
      check.equal(OK, ssp.fire(bid.impression("19.5")), "impression beacon");
      tally.impression(id, bid, Demand.SMALL_CPM_MICROS, "19.5");
    }
  }

  private void pause() throws IOException, InterruptedException {
    check.step("pause");
    demand.api.patch("/line-items/" + demand.lineItemId("german"), "{\"status\":\"PAUSED\"}");
    awaitLive();
    RequestFile request = request("05-app-android-germany");
    for (JsonNode bid : bids(ssp.ask(request.body(), true, "2.6").body()).values()) {
      check.that(!"german".equals(nameOf(countBid(bid))), "no bid of a paused line item");
    }
    JsonNode serving = demand.api.get("/line-items/" + demand.lineItemId("german") + "/serving");
    check.that(
        !serving.path("serving").asBoolean(true) && serving.toString().contains("PAUSED"),
        "serving says that it is paused: " + serving);
  }

  private void compare(String when, String... lineItems) throws IOException, InterruptedException {
    check.step("the report against the tally, " + when);
    for (String name : lineItems) {
      String id = demand.lineItemId(name);
      long start = System.nanoTime();
      List<String> differences;
      do {
        Thread.sleep(200);
        differences = tally.of(id).differences(reported(id));
      } while (!differences.isEmpty() && System.nanoTime() - start < REPORT_BOUND.toNanos());
      check.equal(List.of(), differences, name);
    }
    Thread.sleep(SETTLE_TIME);
    for (String name : lineItems) {
      Delivery reported = reported(demand.lineItemId(name));
      Delivery tallied = tally.of(demand.lineItemId(name));
      check.equal(List.of(), tallied.differences(reported), name + ", a little later");
      check.step(name + ": " + reported);
      check.that(
          !tallied.plus(new Delivery(0, 0, 0, 0, 1, 0, 0)).differences(reported).isEmpty(),
          "a charge altered by one micro turns the comparison red");
    }
  }

  private Delivery reported(String lineItemId) throws IOException, InterruptedException {
    return Delivery.ofReport(
        demand.api.get(
            "/reports/delivery?from=today&groupBy=lineItem,hour&filter=lineItemId:" + lineItemId));
  }

  private void readRecords(Bid bid) throws IOException, InterruptedException {
    check.step("the record of an auction, by id and by the SSP's request id, of a 204 too");
    JsonNode record = demand.api.get("/auctions/" + bid.id());
    check.that(
        record.toString().contains(demand.lineItemId("any")),
        "the record names the winner: " + record);
    JsonNode none =
        new ApiClient(exchange.apiAddress(), exchange.apiKey()).get("/auctions?requestId=no-32");
    check.that(none.toString().contains("BELOW_FLOOR"), "a 204 is explained: " + none);
    check.equal(
        0,
        exchange.run("explain", bid.id(), "--data", exchange.dataFolder()),
        "exit code of ./adplatform explain");
  }

  private void killInTheMiddle() throws Exception {
    check.step("kill -9 of everything in the middle of beacons, then up again");
    RequestFile request = request("06-app-ios-usa");
    List<Bid> won = new ArrayList<>();
    long start = System.nanoTime();
    while (won.size() < BEACONS_AT_KILL) {
      Map<String, JsonNode> bids = bids(ssp.ask(request.body(), false, "2.6").body());
      if (bids.isEmpty()) {
        // A burst after a pause may use its lease up before the next one is granted.
        if (System.nanoTime() - start > 5 * LIVE_BOUND.toNanos()) {
          throw new IllegalStateException("no bid after " + won.size());
        }
        Thread.sleep(20);
      }
      for (JsonNode bid : bids.values()) {
        if (countBid(bid) != null) {
          won.add(new Bid(bid));
        }
      }
    }
    Map<Bid, Boolean> answered = new HashMap<>();
    try (ExecutorService browsers = Executors.newFixedThreadPool(BEACON_THREADS)) {
      Map<Bid, Future<Integer>> fired = new HashMap<>();
      for (Bid bid : won) {
        fired.put(bid, browsers.submit(() -> ssp.fire(bid.impression("9.41"))));
      }
      while (fired.values().stream().filter(Future::isDone).count() < BEACONS_AT_KILL / 3) {
        Thread.onSpinWait();
      }
      exchange.kill();
      for (Map.Entry<Bid, Future<Integer>> one : fired.entrySet()) {
        answered.put(one.getKey(), one.getValue().get() == OK);
      }
    }
    long before = answered.values().stream().filter(yes -> yes).count();
    check.that(
        before >= BEACONS_AT_KILL / 3 && before < BEACONS_AT_KILL,
        "killed in the middle: " + before + " of " + BEACONS_AT_KILL + " were answered");
    check.step("ready again after " + exchange.up().toMillis() + " ms");
    String id = demand.lineItemId("any");
    for (Bid bid : won) {
      if (answered.get(bid)) {
        tally.impression(id, bid, Demand.ANY_CPM_MICROS, "9.41");
      }
    }
    fireUnanswered(won, answered, id);
  }

  /**
   * What was not answered may or may not have been recorded; fired again, it counts once, and
   * whether that was a repeat is taken from the report.
   */
  private void fireUnanswered(List<Bid> won, Map<Bid, Boolean> answered, String id)
      throws IOException, InterruptedException {
    Delivery known = tally.of(id);
    long start = System.nanoTime();
    Delivery reported;
    do {
      Thread.sleep(500);
      reported = reported(id);
    } while (reported.impressions() < known.impressions()
        && System.nanoTime() - start < REPORT_BOUND.toNanos());
    Thread.sleep(SETTLE_TIME);
    long recordedUnanswered = reported(id).impressions() - known.impressions();
    check.that(
        recordedUnanswered >= 0 && recordedUnanswered <= BEACON_THREADS,
        "every answered beacon is in the report, and at most those in flight besides: "
            + recordedUnanswered);
    for (Bid bid : won) {
      if (!answered.get(bid)) {
        check.equal(OK, ssp.fire(bid.impression("9.41")), "beacon fired again");
        tally.impression(id, bid, Demand.ANY_CPM_MICROS, "9.41");
      }
    }
    tally.repeats(id, recordedUnanswered);
  }

  private RequestFile request(String name) throws IOException {
    return RequestFile.readAll(requests).stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, JsonNode> bids(JsonNode response) {
    Map<String, JsonNode> found = new HashMap<>();
    for (JsonNode seat : response.path("seatbid")) {
      for (JsonNode bid : seat.path("bid")) {
        found.put(bid.path("impid").asText(), bid);
      }
    }
    return found;
  }

  /** Tallies a bid of our campaign; its line item's id, or null where it is not ours. */
  private String countBid(JsonNode bid) {
    String id = lineItemOf(bid);
    if (id != null) {
      tally.bid(id);
    }
    return id;
  }

  private String lineItemOf(JsonNode bid) {
    if (!bid.path("cid").asText().equals(demand.campaignId)) {
      return null;
    }
    for (String name : demand.names()) {
      if (BigDecimal.valueOf(demand.cpmMicros(name), 6).compareTo(bid.path("price").decimalValue())
          == 0) {
        return demand.lineItemId(name);
      }
    }
    throw new IllegalStateException(
        "a bid of our campaign at a price of none of its line items: " + bid);
  }

  private String nameOf(String lineItemId) {
    return demand.names().stream()
        .filter(name -> demand.lineItemId(name).equals(lineItemId))
        .findFirst()
        .orElse(null);
  }

  private void stop() throws InterruptedException {
    if (exchange.isUp()) {
      exchange.kill();
    }
  }
}
