package io.adplatform.loadtest.chaos;

import io.adplatform.loadtest.exchange.ApiClient;
import io.adplatform.loadtest.exchange.ClickHouse;
import io.adplatform.loadtest.exchange.Exchange;
import io.adplatform.loadtest.exchange.Ssp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Load while things break, then the books. Arguments: the checkout, an empty folder, then {@code
 * --seconds}, {@code --seed}, {@code --rate} with their values, then options for {@code up}. Exit
 * code 0 where everything that was answered is settled once.
 */
public final class ChaosRun {
  private static final int SECONDS = 600;
  private static final int RATE = 200;

  /** Answered beacons that were not in ClickHouse when a fault struck, or it proves nothing. */
  private static final int LEAST_IN_FLIGHT = 100;

  /**
   * Of the requests that were due at the rate, the share that must have become beacons: 50,000 in
   * ten minutes.
   */
  private static final double LEAST_SHARE = 0.42;

  /** Longest wait for so many in flight, and for a healed exchange to take load again. */
  private static final long FLIGHT_MILLIS = 60_000;

  /** Between the end of a fault and the next one. */
  private static final long BREATH_MILLIS = 6_000;

  /** Until all is settled and reported after the load's end, on a slow machine. */
  private static final long BOOKS_MILLIS = 180_000;

  /** The design's target. */
  private static final double MOST_OVER_DELIVERY = 0.001;

  private final Exchange exchange;
  private final int seconds;
  private final long seed;
  private final int rate;
  private final Beacons beacons = new Beacons();
  private final List<String> failures = new ArrayList<>();

  private ChaosRun(Exchange exchange, int seconds, long seed, int rate) {
    this.exchange = exchange;
    this.seconds = seconds;
    this.seed = seed;
    this.rate = rate;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 2 || Arrays.asList(arguments).contains("--help")) {
      System.err.println(
          "usage: ChaosRun CHECKOUT EMPTY_FOLDER [--seconds N] [--seed S] [--rate R] [options of"
              + " up]");
      System.exit(2);
    }
    int seconds = SECONDS;
    long seed = System.currentTimeMillis();
    int rate = RATE;
    List<String> options = new ArrayList<>();
    for (int i = 2; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--seconds" -> seconds = Integer.parseInt(arguments[++i]);
        case "--seed" -> seed = Long.parseLong(arguments[++i]);
        case "--rate" -> rate = Integer.parseInt(arguments[++i]);
        default -> options.add(arguments[i]);
      }
    }
    Path folder = Files.createDirectories(Path.of(arguments[1])).toAbsolutePath();
    Exchange exchange = new Exchange(Path.of(arguments[0]).toAbsolutePath(), folder, options);
    ChaosRun run = new ChaosRun(exchange, seconds, seed, rate);
    try {
      run.run();
    } catch (Exception e) {
      e.printStackTrace(System.out);
      run.failures.add("the run comes to its end: " + e);
    } finally {
      if (exchange.isUp()) {
        exchange.down();
      }
    }
    run.failures.forEach(failure -> say("FAILED: %s", failure));
    say(
        "%s; the same again: --seed %d --seconds %d --rate %d",
        run.failures.isEmpty() ? "passed" : "failed", seed, seconds, rate);
    System.exit(run.failures.isEmpty() ? 0 : 1);
  }

  private void run() throws Exception {
    say("ready after %d ms; seed %d", exchange.up().toMillis(), seed);
    ApiClient operator = new ApiClient(exchange.apiAddress(), exchange.apiKey());
    Market market = new Market(operator);
    Books books = new Books(new ClickHouse(exchange), operator, market);
    while (exchange.catalogueVersion() < operator.catalogueVersion()) {
      Thread.sleep(50);
    }
    try (Traffic traffic =
        new Traffic(new Ssp(exchange.dataAddress(), Market.PARTNER), market, beacons, rate, seed)) {
      strike(books);
      say("no more bids; %d beacons answered", beacons.count());
      traffic.finish();
    }
    int least = (int) (seconds * rate * LEAST_SHARE);
    require(beacons.count() >= least, beacons.count() + " beacons were answered, not " + least);
    compare(books);
  }

  private void strike(Books books) throws Exception {
    Strikes strikes = new Strikes(exchange, seed);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    int struck = 0;
    while (System.nanoTime() < end) {
      Thread.sleep(BREATH_MILLIS);
      long inFlight = awaitFlight(books);
      Fault fault = strikes.next();
      struck++;
      say("%d answered, %d in flight: %s", beacons.count(), inFlight, fault);
      require(inFlight >= LEAST_IN_FLIGHT, fault + " struck with only " + inFlight + " in flight");
      strikes.strike(fault);
    }
    say("%d faults have struck", struck);
  }

  /** Waits until enough of what was answered is under way; how much. */
  private long awaitFlight(Books books) throws InterruptedException {
    long deadline = System.currentTimeMillis() + FLIGHT_MILLIS;
    long inFlight = 0;
    while (inFlight < LEAST_IN_FLIGHT && System.currentTimeMillis() < deadline) {
      try {
        inFlight = beacons.count() - books.count();
      } catch (IOException | IllegalStateException e) {
        // ClickHouse is still starting: the next look tells.
        inFlight = 0;
      }
      Thread.sleep(20);
    }
    return inFlight;
  }

  private void compare(Books books) throws Exception {
    long deadline = System.currentTimeMillis() + BOOKS_MILLIS;
    List<String> differences = List.of("not looked yet");
    while (!differences.isEmpty() && System.currentTimeMillis() < deadline) {
      Thread.sleep(1_000);
      try {
        differences = books.differences(beacons);
      } catch (IOException | IllegalStateException e) {
        differences = List.of("cannot be read: " + e.getMessage());
      }
    }
    failures.addAll(differences);
    double over = books.overDelivery();
    require(over <= MOST_OVER_DELIVERY, "over-delivery is " + over);
    say(
        "%d beacons answered, %d of them again, %d without an answer; %d impressions settled;"
            + " over-delivery %.6f",
        beacons.count(), beacons.repeats(), beacons.unknown(), books.count(), over);
  }

  private void require(boolean holds, String failure) {
    if (!holds) {
      failures.add(failure);
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
