package io.adplatform.loadtest.http;

import io.adplatform.loadtest.exchange.ApiClient;
import io.adplatform.loadtest.exchange.Bid;
import io.adplatform.loadtest.exchange.Exchange;
import io.adplatform.loadtest.exchange.Ssp;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * {@code POST /openrtb2/auction} beside a bare server, in turn, in one run: CPU per request at
 * saturation, then latency and CPU in an open loop at half the saturating load, where both serve
 * the same rate; and the same again while the servers that follow the lanes are stopped, for
 * latency where lanes have their cores for themselves. Arguments: the checkout, an empty folder,
 * [line items, rounds, seconds a round, share of requests recorded in full]. With the word {@code
 * beacons} in place of the line items it is {@code GET /e/imp} at saturation, over and over the
 * beacons of some thousand bids.
 */
public final class HttpComparison {
  private static final int BODIES = 200;

  private static final String BEACONS = "beacons";
  private static final int BEACON_COUNT = 4_000;
  private static final int BEACON_LINE_ITEMS = 1_000;

  /** Of the transparent pixel. */
  private static final int PIXEL_BYTES = 42;

  /**
   * A contender is warm when its compiler has come to rest, which takes two minutes where it has to
   * share two cores; the rounds are of servers that run for days.
   */
  private static final int WARM_UP_SECONDS = 15;

  private static final int MAX_WARM_UPS = 20;
  private static final double COMPILER_AT_REST_MICROS = 0.5;
  private static final String PRESET = "LAPTOP";
  private static final String LANES = "1";

  /** The exchange's own, of {@code ./adplatform up}. */
  private static final List<String> HEAP =
      List.of(
          "-Xms768m",
          "-Xmx1280m",
          "-Xmn512m",
          "-XX:MaxDirectMemorySize=512m",
          "-XX:+UseParallelGC",
          "-XX:MetaspaceSize=256m",
          "-XX:ReservedCodeCacheSize=1g");

  /** What a partner with traffic to speak of has; the sample's records all. */
  private static final double RECORD_SHARE = 0.01;

  private static final long BIDS_BOUND_NANOS = 60_000_000_000L;

  private final Path home;
  private final Path folder;
  private final int rounds;
  private final int seconds;
  private Path script;
  private Path input;
  private Contender ours;
  private Contender bare;
  private double saturation;

  private HttpComparison(Path home, Path folder, int rounds, int seconds) {
    this.home = home;
    this.folder = folder;
    this.rounds = rounds;
    this.seconds = seconds;
  }

  /** Runs it and prints its figures. */
  public static void main(String[] arguments) throws Exception {
    boolean beacons = arguments.length > 2 && arguments[2].equals(BEACONS);
    int lineItems = arguments.length > 2 && !beacons ? Integer.parseInt(arguments[2]) : 10_000;
    int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 5;
    int seconds = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 10;
    double share = arguments.length > 5 ? Double.parseDouble(arguments[5]) : RECORD_SHARE;
    Path folder = Files.createDirectories(Path.of(arguments[1])).toAbsolutePath();
    new HttpComparison(Path.of(arguments[0]).toAbsolutePath(), folder, rounds, seconds)
        .run(beacons, beacons ? BEACON_LINE_ITEMS : lineItems, share);
    System.exit(0);
  }

  private void run(boolean beacons, int lineItems, double share) throws Exception {
    Exchange exchange = new Exchange(home, folder, List.of("--preset", PRESET));
    Process bareProcess = null;
    try {
      say("exchange ready after %d ms", exchange.up().toMillis());
      ApiClient api = new ApiClient(exchange.apiAddress(), exchange.apiKey());
      Market.create(api, lineItems, share);
      while (exchange.catalogueVersion() < api.catalogueVersion()) {
        Thread.sleep(100);
      }
      say("%d line items are live; share recorded in full: %s", lineItems, share);
      List<Buffer> bodies = writeBodies();
      int answerBytes = awaitBids(exchange, bodies);
      int port = freePort();
      bareProcess = startBare(port, beacons ? PIXEL_BYTES : answerBytes);
      ours =
          new Contender(
              "exchange",
              exchange.dataAddress() + (beacons ? "/" : "/openrtb2/auction/" + Market.PARTNER),
              exchange.launcher().pid(),
              exchange.dataAddress() + "/metrics");
      bare = new Contender("bare", "http://localhost:" + port + "/", bareProcess.pid(), null);
      if (beacons) {
        writeBeacons(exchange, bodies);
        compareSaturated();
      } else {
        compareSaturated();
        compareAtOneRate(exchange, bodies);
      }
    } finally {
      if (bareProcess != null) {
        bareProcess.destroyForcibly();
      }
      if (exchange.isUp()) {
        exchange.down();
      }
    }
  }

  private List<Buffer> writeBodies() throws IOException {
    Path bodies = Files.createDirectories(folder.resolve("bodies"));
    script = home.resolve("loadtest/post.lua");
    input = bodies;
    List<Buffer> all = new ArrayList<>();
    for (int i = 0; i < BODIES; i++) {
      String body = Market.request(i);
      Files.writeString(bodies.resolve(i + ".json"), body);
      all.add(Buffer.buffer(body));
    }
    say("requests have %d bytes", all.getFirst().length());
    return all;
  }

  /**
   * Leases are asked for when a line item first matches: goes on until every body gets a bid; the
   * bytes of an answer.
   */
  private int awaitBids(Exchange exchange, List<Buffer> bodies) throws Exception {
    Ssp ssp = new Ssp(exchange.dataAddress(), Market.PARTNER);
    long deadline = System.nanoTime() + BIDS_BOUND_NANOS;
    int length = 0;
    for (Buffer body : bodies) {
      Ssp.Answer answer = ssp.ask(body.getBytes(), false, "2.6");
      while (answer.status() != 200) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("no bid, but " + answer.status() + " on " + body);
        }
        Thread.sleep(50);
        answer = ssp.ask(body.getBytes(), false, "2.6");
      }
      length = answer.body().toString().length();
    }
    say("answers have %d bytes", length);
    return length;
  }

  /** Asks for bids on interstitials, whose tokens live for half an hour; keeps their beacons. */
  private void writeBeacons(Exchange exchange, List<Buffer> bodies) throws Exception {
    Ssp ssp = new Ssp(exchange.dataAddress(), Market.PARTNER);
    List<String> paths = new ArrayList<>();
    while (paths.size() < BEACON_COUNT) {
      String body = bodies.get(paths.size() % bodies.size()).toString();
      String interstitial = body.replace("\"imp\":[{", "\"imp\":[{\"instl\":1,");
      Ssp.Answer answer = ssp.ask(interstitial.getBytes(StandardCharsets.UTF_8), false, "2.6");
      if (answer.status() == 200) {
        Bid bid = new Bid(answer.body().at("/seatbid/0/bid/0"));
        URI beacon = URI.create(bid.impression("0.5"));
        paths.add(beacon.getRawPath() + "?" + beacon.getRawQuery());
      }
    }
    script = home.resolve("loadtest/get.lua");
    input = folder.resolve("paths");
    Files.write(input, paths);
    say("%d beacons, such as %s", paths.size(), paths.getFirst());
  }

  private Process startBare(int port, int answerBytes) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(Arrays.asList(System.getProperty("adplatform.jvm.flags", "").split(" ")));
    command.removeIf(String::isEmpty);
    command.addAll(HEAP);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BareServer.class.getName(),
            Integer.toString(port),
            Integer.toString(answerBytes),
            PRESET,
            LANES));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("bare.log").toFile())
        .start();
  }

  private void compareSaturated() throws Exception {
    Thread.sleep(1000);
    warmUp(ours);
    warmUp(bare);
    for (int round = 0; round < rounds; round++) {
      saturation = Math.max(saturation, saturate(ours));
      saturate(bare);
      sayRound("saturated, round " + (round + 1), round);
    }
    sayMedians("saturated");
  }

  private void warmUp(Contender contender) throws Exception {
    double compiler = Double.MAX_VALUE;
    for (int i = 0; i < MAX_WARM_UPS && compiler > COMPILER_AT_REST_MICROS; i++) {
      contender.begin();
      Wrk run = wrk(contender, WARM_UP_SECONDS);
      compiler = contender.compilerMicros(run.requests());
      say(
          "%s warms up: %.0f/s, compiler %.2f us a request",
          contender.name, run.perSecond(), compiler);
    }
  }

  /** One round of a contender; requests a second. */
  private double saturate(Contender contender) throws Exception {
    contender.begin();
    Wrk run = wrk(contender, seconds);
    if (run.errors() > 0) {
      throw new IllegalStateException(
          run.errors() + " answers of " + contender.name + " were no 200");
    }
    contender.end(run.requests());
    return run.perSecond();
  }

  private Wrk wrk(Contender contender, int forSeconds) throws Exception {
    return Wrk.run(contender.address, script, input, forSeconds);
  }

  private void compareAtOneRate(Exchange exchange, List<Buffer> bodies) throws Exception {
    for (Contender each : List.of(ours, bare)) {
      each.laneMicros.clear();
      each.hotMicros.clear();
      each.processMicros.clear();
    }
    int rate = (int) (saturation / 2);
    List<Double> above = new ArrayList<>();
    OpenLoop toOurs = new OpenLoop(ours.address, bodies);
    OpenLoop toBare = new OpenLoop(bare.address, bodies);
    toOurs.run(rate, seconds);
    toBare.run(rate, seconds);
    for (int round = 0; round < rounds; round++) {
      Histogram own;
      Histogram other;
      if (round % 2 == 0) {
        own = paced(ours, toOurs, rate);
        other = paced(bare, toBare, rate);
      } else {
        other = paced(bare, toBare, rate);
        own = paced(ours, toOurs, rate);
      }
      above.add(sayLatencies("open loop at " + rate + "/s, round " + (round + 1), own, other));
      sayRound("at one rate, round " + (round + 1), round);
    }
    sayMedians("at one rate");
    say("median of p99 above bare: %.0f us", Contender.median(above));
    above.clear();
    for (int round = 0; round < rounds; round++) {
      String what = "the same with the servers behind it stopped, round " + (round + 1);
      ServersStopped stopped = new ServersStopped(exchange);
      try {
        above.add(sayLatencies(what, toOurs.run(rate, seconds), toBare.run(rate, seconds)));
      } finally {
        stopped.end();
      }
      ours.drain();
    }
    say(
        "with the servers behind it stopped, median of p99 above bare: %.0f us",
        Contender.median(above));
  }

  /** Says two latencies; how far p99 of the first is above that of the other, in microseconds. */
  private static double sayLatencies(String what, Histogram own, Histogram other) {
    double difference = (own.getValueAtPercentile(99) - other.getValueAtPercentile(99)) / 1e3;
    say(
        "%s: exchange p50 %.0f us, p99 %.0f us; bare p50 %.0f us, p99 %.0f us; p99 above bare"
            + " %.0f us",
        what,
        own.getValueAtPercentile(50) / 1e3,
        own.getValueAtPercentile(99) / 1e3,
        other.getValueAtPercentile(50) / 1e3,
        other.getValueAtPercentile(99) / 1e3,
        difference);
    return difference;
  }

  private Histogram paced(Contender contender, OpenLoop load, int rate) throws Exception {
    contender.begin();
    Histogram latencies = load.run(rate, seconds);
    contender.end(latencies.getTotalCount());
    return latencies;
  }

  private void sayRound(String what, int round) {
    say(
        "%s: exchange lanes %.2f us, hot half %.2f us, process %.2f us; bare lanes %.2f us, process"
            + " %.2f us",
        what,
        ours.laneMicros.get(round),
        ours.hotMicros.get(round),
        ours.processMicros.get(round),
        bare.laneMicros.get(round),
        bare.processMicros.get(round));
  }

  private void sayMedians(String what) {
    List<Double> lanes = ratios(ours.laneMicros, bare.laneMicros);
    List<Double> hot = ratios(ours.hotMicros, bare.processMicros);
    List<Double> process = ratios(ours.processMicros, bare.processMicros);
    say(
        "%s, medians: lanes to bare lanes %.2f, hot half to bare process %.2f, whole process to"
            + " bare process %.2f",
        what, Contender.median(lanes), Contender.median(hot), Contender.median(process));
  }

  private static List<Double> ratios(List<Double> above, List<Double> below) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < above.size(); i++) {
      ratios.add(above.get(i) / below.get(i));
    }
    return ratios;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
