package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.ApiClient;
import io.adplatform.loadtest.exchange.Bid;
import io.adplatform.loadtest.exchange.Exchange;
import io.adplatform.loadtest.exchange.RequestFile;
import io.adplatform.loadtest.exchange.Ssp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The smoke run, in order. Arguments: the checkout, an empty folder, then options for {@code up}
 * (such as {@code --split}). Exit code 0 where all that it looked at held.
 */
public final class Smoke {
  /** A change is live in auctions within this of its 2xx. */
  private static final Duration LIVE_BOUND = Duration.ofSeconds(2);

  /** And its first lease is there. */
  private static final Duration PAYING_BOUND = LIVE_BOUND.multipliedBy(5);

  /** A bid of what bids anyway: a machine that is busy may be slow. */
  private static final Duration BID_BOUND = Duration.ofSeconds(60);

  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  private final Check check = new Check(System.out);

  /** How long each change took to be live. */
  private final List<Long> liveMillis = new ArrayList<>();

  private final Tally tally = new Tally();
  private final Path requests;
  private final Exchange exchange;
  private ApiClient operator;
  private Demand demand;
  private Seller web;
  private Seller app;
  private Comparison comparison;

  private Smoke(Path home, Path folder, List<String> options) {
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
    boolean held = false;
    try {
      smoke.run();
    } catch (Exception | AssertionError e) {
      e.printStackTrace(System.out);
      smoke.check.that(false, "the run comes to its end: " + e.getMessage());
    } finally {
      smoke.stop();
      held = smoke.check.finish();
    }
    System.exit(held ? 0 : 1);
  }

  private void run() throws Exception {
    check.step("up on an empty folder");
    check.step("ready after " + exchange.up().toMillis() + " ms");
    begin();
    refuseStrangers();
    List<Sold> sold = answerRequests();
    fireBeacons(sold);
    billByNotice();
    lose();
    forge(sold.getFirst().bid());
    exhaustBudget();
    payForResponses();
    pause();
    typeCommands();
    compare("after the load");
    readRecords(sold.getFirst());
    check.step("the comparison itself, on falsified events");
    new Falsification(check, web, tally, comparison, new SettledTable(exchange))
        .run(request("21-interstitial-app"));
    Restarts restarts =
        new Restarts(
            check,
            exchange,
            operator,
            demand,
            web,
            new Ssp(exchange.dataAddress(), "smoke-web"),
            request("06-app-ios-usa"));
    restarts.killEverything();
    compare("after kill -9 of everything and a new start");
    restarts.killLauncher();
    compare("after kill -9 of the launcher and a new start");
    restarts.stopAndStart();
    compare("after a stop and a new start");
    changesWereLive();
    check.step("down");
    check.equal(List.of(), exchange.down(), "processes left after down");
  }

  private void begin() throws IOException, InterruptedException {
    Instant hour = Hours.with(Duration.ZERO);
    operator = new ApiClient(exchange.apiAddress(), exchange.apiKey());
    demand = new Demand(exchange.apiAddress(), exchange.apiKey());
    comparison = new Comparison(check, tally, new Report(demand.api, operator, hour));
    web = seller("smoke-web", "BEACON", Signal.IMPRESSION);
    app = seller("smoke-app", "BURL", Signal.BILL);
    awaitLive(operator);
    awaitLive(demand.api);
    // The first lease of a new line item is asked for when it is live: the bid has the same bound.
    long start = System.nanoTime();
    web.awaitSold(request("01-minimal-site"), "any", PAYING_BOUND);
    liveMillis.add((System.nanoTime() - start) / 1_000_000);
    web.awaitSold(request("05-app-android-germany"), "german", PAYING_BOUND);
  }

  private Seller seller(String key, String billableEvent, Signal billing)
      throws IOException, InterruptedException {
    String id =
        operator
            .create(
                "/supply-partners",
                "{\"key\":\"%s\",\"name\":\"Smoke\",\"billableEvent\":\"%s\"}"
                    .formatted(key, billableEvent))
            .path("id")
            .textValue();
    return new Seller(
        new Subject(key, "supplyPartner", id),
        billing,
        new Ssp(exchange.dataAddress(), key),
        demand,
        tally);
  }

  private void awaitLive(ApiClient writer) throws IOException, InterruptedException {
    long wanted = writer.catalogueVersion();
    long start = System.nanoTime();
    long served = 0;
    while (served < wanted && System.nanoTime() - start < PAYING_BOUND.toNanos()) {
      Thread.sleep(20);
      served = exchange.catalogueVersion();
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    liveMillis.add(millis);
    check.that(
        served >= wanted,
        "catalogue version " + wanted + " live; after " + millis + " ms " + served + " was");
  }

  /** The machine may have been busy with other things while one of them was made. */
  private void changesWereLive() {
    List<Long> sorted = liveMillis.stream().sorted().toList();
    check.that(
        sorted.get(sorted.size() / 2) <= LIVE_BOUND.toMillis(),
        "changes live within 2 s; they were after ms " + liveMillis);
  }

  private void refuseStrangers() throws IOException, InterruptedException {
    check.step("calls without a key, of another account, of an unknown partner");
    ApiClient stranger = new ApiClient(exchange.apiAddress(), "no-such-key");
    stranger.call("GET", "/advertisers", null, 401);
    Demand other = new Demand(exchange.apiAddress(), exchange.apiKey());
    other.api.call("GET", "/campaigns/" + demand.campaignId, null, 404);
    String any = "/line-items/" + demand.lineItem("any").id();
    other.api.call("GET", any, null, 404);
    other.api.call("PATCH", any, "{\"status\":\"PAUSED\"}", 404);
    other.api.call("DELETE", "/advertisers/" + other.advertiserId, null, 409);
    for (String name : List.of("any", "german")) {
      other.api.patch("/line-items/" + other.lineItem(name).id(), "{\"status\":\"PAUSED\"}");
    }
    awaitLive(other.api);
    check.equal(
        404,
        new Ssp(exchange.dataAddress(), "nobody").ask("{}".getBytes(), false, "2.6").status(),
        "status for an unknown supply partner");
  }

  private List<Sold> answerRequests() throws IOException, InterruptedException {
    List<RequestFile> all = RequestFile.readAll(requests);
    check.step(all.size() + " requests of loadtest/requests, each answer field by field");
    AnswerCheck fields = new AnswerCheck(check, demand, exchange.dataAddress());
    List<Sold> sold = new ArrayList<>();
    for (RequestFile request : all) {
      Seller.Asked asked = web.ask(request);
      fields.look(request, asked);
      sold.addAll(asked.sold());
    }
    return sold;
  }

  private void fireBeacons(List<Sold> sold) throws IOException, InterruptedException {
    check.step(sold.size() + " bids won: notices, beacons and clicks, each twice");
    List<String> prices = List.of("9.41", "8.0000005", "0.0005", "9.5", "99", "7.1234565");
    for (int i = 0; i < sold.size(); i++) {
      Sold one = sold.get(i);
      String price = prices.get(i % prices.size());
      for (int time = 0; time < 2; time++) {
        taken(web, Signal.WIN, one, price);
        taken(web, Signal.IMPRESSION, one, price);
        if (i % 3 == 0) {
          check.equal(Demand.LANDING_PAGE, web.click(one), "landing page of a click");
        }
        if (i % 5 == 0) {
          taken(web, Signal.BILL, one, price);
        }
      }
    }
  }

  private void taken(Seller seller, Signal kind, Sold sold, String price)
      throws InterruptedException {
    int status = seller.fire(kind, sold, price);
    check.that(
        kind == Signal.IMPRESSION ? status == OK : status / 100 == 2,
        kind + " of " + seller.partner().name() + ": " + status);
  }

  private void billByNotice() throws IOException, InterruptedException {
    check.step("a partner whose burl bills: the beacon is recorded and charges nothing");
    for (String name : List.of("06-app-ios-usa", "10-india-cellular", "21-interstitial-app")) {
      RequestFile request = request(name);
      Sold beaconFirst = app.awaitSold(request, "any", BID_BOUND);
      taken(app, Signal.WIN, beaconFirst, "9.1");
      taken(app, Signal.IMPRESSION, beaconFirst, "9.1");
      taken(app, Signal.BILL, beaconFirst, "9.1000005");
      Sold noticeFirst = app.awaitSold(request, "any", BID_BOUND);
      taken(app, Signal.BILL, noticeFirst, "8.7654321");
      taken(app, Signal.BILL, noticeFirst, "9.4");
      taken(app, Signal.IMPRESSION, noticeFirst, "9.4");
      taken(app, Signal.IMPRESSION, noticeFirst, "9.4");
      Sold beaconAlone = app.awaitSold(request, "any", BID_BOUND);
      taken(app, Signal.IMPRESSION, beaconAlone, "9.4");
    }
  }

  private void lose() throws IOException, InterruptedException {
    check.step("loss notices with reason and minimum to win, each twice");
    Sold lost = web.awaitSold(request("02-desktop-usa"), "any", BID_BOUND);
    taken(web, Signal.LOSS, lost, "10.5");
    taken(web, Signal.LOSS, lost, "10.5");
    comparison.awaitDifferences(lost.lineItem().subject(), List.of(), "after a loss");
    List<String> expected = List.of("COUNTED", "REPEAT");
    check.equal(expected, awaitDispositions(lost, "LOSS", expected), "losses on record");
    for (JsonNode event : demand.api.get("/auctions/" + lost.bid().id()).path("events")) {
      if (event.path("kind").asText().equals("LOSS")) {
        check.equal(
            Bid.LOSS_REASON + "/" + Bid.MIN_TO_WIN_CPM_MICROS,
            event.path("lossReason").asText() + "/" + event.path("minToWinCpmMicros").asText(),
            "reason and minimum to win of a loss");
      }
    }
  }

  /** Reports do not show losses: they may be on record a little after all that a report shows. */
  private List<String> awaitDispositions(Sold sold, String kind, List<String> expected)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    String path = "/auctions/" + sold.bid().id();
    List<String> found = dispositions(demand.api.get(path), kind);
    while (!found.equals(expected)
        && System.nanoTime() - start < Comparison.REPORT_BOUND.toNanos()) {
      Thread.sleep(200);
      found = dispositions(demand.api.get(path), kind);
    }
    return found;
  }

  private static List<String> dispositions(JsonNode record, String kind) {
    List<String> found = new ArrayList<>();
    for (JsonNode event : record.path("events")) {
      if (event.path("kind").asText().equals(kind)) {
        found.add(event.path("disposition").asText());
      }
    }
    found.sort(null);
    return found;
  }

  private void forge(Bid bid) throws InterruptedException {
    check.step("forged, altered, cut and foreign tokens");
    Ssp ssp = new Ssp(exchange.dataAddress(), "smoke-web");
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
    Demand.LineItem small = demand.small("surf.example");
    awaitLive(demand.api);
    RequestFile request = request("11-australia-ext");
    List<Sold> won = new ArrayList<>();
    long start = System.nanoTime();
    int more = 0;
    // Until it is spent, however long its lease takes to come, and three times as often again.
    while (more < 3 * Demand.SMALL_IMPRESSIONS) {
      boolean spent =
          won.size() >= Demand.SMALL_IMPRESSIONS || System.nanoTime() - start > BID_BOUND.toNanos();
      more += spent ? 1 : 0;
      for (Sold sold : web.ask(request).sold()) {
        if (sold.lineItem().equals(small)) {
          won.add(sold);
        }
      }
      Thread.sleep(50);
    }
    check.equal(Demand.SMALL_IMPRESSIONS, won.size(), "bids of a budget that buys as many");
    for (Sold sold : won) {
      taken(web, Signal.IMPRESSION, sold, "19.5");
    }
  }

  /**
   * What a click or a conversion costs dwarfs what its impression costs: leases hold both. Each
   * bids its own price, by which its bids are known, and below what is believed before it is
   * measured.
   */
  private void payForResponses() throws IOException, InterruptedException {
    check.step("line items that pay for a click, a view, a conversion");
    payFor("CPC", Signal.CLICK, 19_000_000, 19_000_000, 19_000_000);
    payFor("VCPM", Signal.VIEW, 36_000_000, 36_000, 18_000_000);
    payFor("CPA", Signal.CONVERSION, 340_000_000, 340_000_000, 17_000_000);
  }

  private void payFor(String model, Signal paidFor, long amount, long charge, long cpm)
      throws IOException, InterruptedException {
    Demand.LineItem one = demand.paying(model, paidFor, amount, charge, cpm, "kv.example");
    Sold sold = web.awaitSold(request("24-kwarray-keyvalues"), one.name(), PAYING_BOUND);
    check.equal(NOT_FOUND, web.convert(sold, sold.bid().token()), "the markup's token converts");
    for (int time = 0; time < 2; time++) {
      taken(web, Signal.WIN, sold, "9.2");
      String page = web.click(sold);
      check.that(page != null && page.startsWith(Demand.THANKS_PAGE), "a click leads to " + page);
      String token = page.substring(Demand.THANKS_PAGE.length());
      check.that(!token.equals(sold.bid().token()), "the landing page has a token of its own");
      taken(web, Signal.IMPRESSION, sold, "9.2");
      taken(web, Signal.VIEW, sold, "9.2");
      check.equal(OK, web.convert(sold, token), "a conversion with the landing page's token");
    }
    // What was measured changes its price within a minute, by which bids are told here.
    demand.api.patch("/line-items/" + one.id(), "{\"status\":\"PAUSED\"}");
    awaitLive(demand.api);
  }

  private void pause() throws IOException, InterruptedException {
    check.step("pause");
    Demand.LineItem german = demand.lineItem("german");
    demand.api.patch("/line-items/" + german.id(), "{\"status\":\"PAUSED\"}");
    awaitLive(demand.api);
    for (Sold sold : web.ask(request("05-app-android-germany")).sold()) {
      check.that(!sold.lineItem().equals(german), "no bid of a paused line item");
    }
    JsonNode serving = demand.api.get("/line-items/" + german.id() + "/serving");
    check.that(
        !serving.path("serving").asBoolean(true) && serving.toString().contains("PAUSED"),
        "serving says that it is paused: " + serving);
  }

  private void typeCommands() throws IOException, InterruptedException {
    check.step("./adplatform creative, campaign, line-item, report, explain");
    Commands commands = new Commands(check, exchange, demand);
    Demand.LineItem typed = demand.add(commands.create("BRA", "noticias.example"));
    RequestFile request = request("09-brazil-escapes");
    Sold sold = web.awaitSold(request, typed.name(), PAYING_BOUND);
    check.equal(typed, sold.lineItem(), "the bid of a line item that was typed");
    taken(web, Signal.WIN, sold, "24.000001");
    taken(web, Signal.IMPRESSION, sold, "24.000001");
    commands.pause(typed);
    comparison.awaitDifferences(typed.subject(), List.of(), "before the report is printed");
    commands.report(typed, tally.of(typed.subject()));
    commands.explain(sold, "no-32");
  }

  private void compare(String when) throws IOException, InterruptedException {
    List<Subject> subjects = new ArrayList<>(demand.subjects());
    subjects.add(web.partner());
    subjects.add(app.partner());
    comparison.equal(when, subjects);
  }

  private void readRecords(Sold sold) throws IOException, InterruptedException {
    check.step("the record of an auction, by id and by the SSP's request id, of a 204 too");
    JsonNode record = demand.api.get("/auctions/" + sold.bid().id());
    check.that(
        record.toString().contains(sold.lineItem().id()), "the record names the winner: " + record);
    JsonNode none = operator.get("/auctions?requestId=no-32");
    check.that(none.toString().contains("BELOW_FLOOR"), "a 204 is explained: " + none);
  }

  private RequestFile request(String name) throws IOException {
    return RequestFile.read(requests, name);
  }

  private void stop() throws InterruptedException {
    if (exchange.isUp()) {
      exchange.kill();
    }
  }
}
