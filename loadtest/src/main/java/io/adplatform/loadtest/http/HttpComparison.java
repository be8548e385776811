package io.adplatform.loadtest.http;

import io.adplatform.loadtest.exchange.ApiClient;
import io.adplatform.loadtest.exchange.Exchange;
import io.adplatform.loadtest.exchange.Ssp;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * {@code POST /openrtb2/auction} with 10,000 line items beside a bare server, in turn, in one run:
 * CPU per request at saturation, then latency in an open loop at half the saturating load.
 * Arguments: the checkout, an empty folder, [line items, rounds, seconds].
 */
public final class HttpComparison {
  private static final int BODIES = 200;
  private static final int WARM_UP_SECONDS = 15;
  private static final String PRESET = "LAPTOP";
  private static final String LANES = "1";

  private final Path home;
  private final Path folder;
  private final int rounds;
  private final int seconds;
  private final List<Double> laneRatios = new ArrayList<>();
  private final List<Double> processRatios = new ArrayList<>();
  private final List<Double> laneMicros = new ArrayList<>();
  private final List<Double> processMicros = new ArrayList<>();
  private final List<Double> bareMicros = new ArrayList<>();
  private double saturation;

  private HttpComparison(Path home, Path folder, int rounds, int seconds) {
    this.home = home;
    this.folder = folder;
    this.rounds = rounds;
    this.seconds = seconds;
  }

  /** Runs it and prints its figures. */
  public static void main(String[] arguments) throws Exception {
    int lineItems = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10_000;
    int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 5;
    int seconds = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 10;
    Path folder = Files.createDirectories(Path.of(arguments[1])).toAbsolutePath();
    HttpComparison comparison =
        new HttpComparison(Path.of(arguments[0]).toAbsolutePath(), folder, rounds, seconds);
    comparison.run(lineItems);
    System.exit(0);
  }

  private void run(int lineItems) throws Exception {
    Exchange exchange = new Exchange(home, folder, List.of("--preset", PRESET));
    Process bare = null;
    try {
      say("exchange ready after %d ms", exchange.up().toMillis());
      ApiClient api = new ApiClient(exchange.apiAddress(), exchange.apiKey());
      Market.create(api, lineItems);
      while (exchange.catalogueVersion() < api.catalogueVersion()) {
        Thread.sleep(100);
      }
      say("%d line items are live", lineItems);
      List<Buffer> bodies = writeBodies();
      String ours = exchange.dataAddress() + "/openrtb2/auction/demo-ssp";
      int answerBytes = awaitBids(exchange, bodies);
      int port = freePort();
      bare = startBare(port, answerBytes);
      String other = "http://localhost:" + port + "/";
      Thread.sleep(1000);
      compareCpu(exchange.launcher().pid(), ours, bare.pid(), other);
      compareLatency(ours, other, bodies);
    } finally {
      if (bare != null) {
        bare.destroyForcibly();
      }
      if (exchange.isUp()) {
        exchange.down();
      }
    }
  }

  private List<Buffer> writeBodies() throws IOException {
    Path bodies = Files.createDirectories(folder.resolve("bodies"));
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
    Ssp ssp = new Ssp(exchange.dataAddress(), "demo-ssp");
    int length = 0;
    for (Buffer body : bodies) {
      Ssp.Answer answer = ssp.ask(body.getBytes(), false, "2.6");
      while (answer.status() != 200) {
        Thread.sleep(50);
        answer = ssp.ask(body.getBytes(), false, "2.6");
      }
      length = answer.body().toString().length();
    }
    return length;
  }

  private Process startBare(int port, int answerBytes) throws IOException {
    String java = ProcessHandle.current().info().command().orElseThrow();
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(Arrays.asList(System.getProperty("adplatform.jvm.flags", "").split(" ")));
    command.removeIf(String::isEmpty);
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

  private void compareCpu(long ourPid, String ours, long barePid, String other) throws Exception {
    Path script = home.resolve("loadtest/post.lua");
    Path bodies = folder.resolve("bodies");
    Wrk.run(ours, script, bodies, WARM_UP_SECONDS);
    Wrk.run(other, script, bodies, WARM_UP_SECONDS);
    for (int round = 0; round < rounds; round++) {
      ProcessCpu before = ProcessCpu.of(ourPid);
      Wrk run = Wrk.run(ours, script, bodies, seconds);
      ProcessCpu used = ProcessCpu.of(ourPid).since(before);
      if (run.errors() > 0) {
        throw new IllegalStateException(run.errors() + " answers were no 200");
      }
      before = ProcessCpu.of(barePid);
      Wrk bareRun = Wrk.run(other, script, bodies, seconds);
      ProcessCpu bareUsed = ProcessCpu.of(barePid).since(before);
      double lane = (double) used.laneMicros() / run.requests();
      double process = (double) used.processMicros() / run.requests();
      double bare = (double) bareUsed.processMicros() / bareRun.requests();
      laneMicros.add(lane);
      processMicros.add(process);
      bareMicros.add(bare);
      laneRatios.add(lane / bare);
      processRatios.add(process / bare);
      saturation = Math.max(saturation, run.perSecond());
      say(
          "round %d: exchange %.0f/s, lanes %.2f us, process %.2f us; bare %.0f/s, %.2f us; ratios"
              + " %.2f and %.2f",
          round + 1,
          run.perSecond(),
          lane,
          process,
          bareRun.perSecond(),
          bare,
          lane / bare,
          process / bare);
    }
    say(
        "medians: lanes %.2f us, process %.2f us, bare %.2f us; ratios %.2f and %.2f",
        median(laneMicros),
        median(processMicros),
        median(bareMicros),
        median(laneRatios),
        median(processRatios));
  }

  private void compareLatency(String ours, String other, List<Buffer> bodies)
      throws InterruptedException {
    int rate = (int) (saturation / 2);
    for (int round = 0; round < 2; round++) {
      Histogram bare = new OpenLoop(other, bodies).run(rate, seconds);
      Histogram own = new OpenLoop(ours, bodies).run(rate, seconds);
      say(
          "open loop at %d/s: exchange p50 %.0f us, p99 %.0f us; bare p50 %.0f us, p99 %.0f us; p99"
              + " above bare %.0f us",
          rate,
          own.getValueAtPercentile(50) / 1e3,
          own.getValueAtPercentile(99) / 1e3,
          bare.getValueAtPercentile(50) / 1e3,
          bare.getValueAtPercentile(99) / 1e3,
          (own.getValueAtPercentile(99) - bare.getValueAtPercentile(99)) / 1e3);
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
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
