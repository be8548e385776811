package io.adplatform.loadtest.chaos;

import io.adplatform.loadtest.exchange.ApiClient;
import io.adplatform.loadtest.exchange.ClickHouse;
import io.adplatform.loadtest.exchange.Exchange;
import io.adplatform.loadtest.exchange.Ssp;
import io.adplatform.loadtest.traffic.Beacons;
import io.adplatform.loadtest.traffic.Books;
import io.adplatform.loadtest.traffic.Market;
import io.adplatform.loadtest.traffic.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

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
   * ten minutes. A slow machine, which takes longer to start again, has more time for them.
   */
  private static final double LEAST_SHARE = 0.42;

  private static final long LOAD_MILLIS = 300_000;

  /** Longest wait for so many in flight, and for a healed exchange to take load again. */
  private static final long FLIGHT_MILLIS = 60_000;

  /** Between the end of a fault and the next one. */
  private static final long BREATH_MILLIS = 6_000;

  /** Until all is settled and reported after the load's end, on a slow machine. */
  private static final long BOOKS_MILLIS = 180_000;

  /** After the books agree: what still comes would make them differ again. */
  private static final long SECOND_LOOK_MILLIS = 5_000;

  /** Of the beacons, the share of which nobody may know whether they were recorded. */
  private static final double MOST_UNKNOWN = 0.001;

  /** Where faults are lacking on a slow machine, a run goes on for so many times as long. */
  private static final int MOST_TIMES_LONGER = 2;

  private static final int NOT_FOUND = 404;

  /** The design's target. */
  private static final double MOST_OVER_DELIVERY = 0.001;

  /** As the services are told by their environment, where the journal has a disk of its own. */
  private static final String AUCTION_FLOOR = "ADPLATFORM_JOURNAL_AUCTION_FLOOR_MIB";

  private static final String SIGNAL_FLOOR = "ADPLATFORM_JOURNAL_SIGNAL_FLOOR_MIB";

  private final Exchange exchange;
  private final Wires wires;
  private final Disk disk;
  private final int seconds;
  private final long seed;
  private final int rate;
  private final Beacons beacons = new Beacons();
  private final Damage damage;
  private final List<String> failures = new ArrayList<>();

  private ChaosRun(Exchange exchange, Wires wires, Disk disk, int seconds, long seed, int rate) {
    this.exchange = exchange;
    this.wires = wires;
    this.disk = disk;
    this.seconds = seconds;
    this.seed = seed;
    this.rate = rate;
    this.damage = new Damage(exchange);
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
    Wires wires = new Wires();
    options.addAll(wires.options());
    Exchange exchange = new Exchange(Path.of(arguments[0]).toAbsolutePath(), folder, options);
    wires.leadTo(exchange::serverPort);
    ChaosRun run = new ChaosRun(exchange, wires, disk(exchange), seconds, seed, rate);
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

  /** Null, and said, where the journal has no disk of its own. */
  private static Disk disk(Exchange exchange) throws IOException {
    String auctionFloor = System.getenv(AUCTION_FLOOR);
    String signalFloor = System.getenv(SIGNAL_FLOOR);
    Path journal = Path.of(exchange.dataFolder(), "journal");
    if (auctionFloor == null || signalFloor == null || !Files.isDirectory(journal)) {
      say("no disk is filled: the journal has none of its own (mounting one takes root)");
      return null;
    }
    return new Disk(journal, Long.parseLong(auctionFloor), Long.parseLong(signalFloor));
  }

  private void run() throws Exception {
    say("ready after %d ms; seed %d", exchange.up().toMillis(), seed);
    LocalDate firstDay = LocalDate.now(ZoneOffset.UTC);
    ApiClient operator = new ApiClient(exchange.apiAddress(), exchange.apiKey());
    Market market = new Market(operator);
    Books books = new Books(new ClickHouse(exchange), operator, market);
    while (exchange.catalogueVersion() < operator.catalogueVersion()) {
      Thread.sleep(50);
    }
    try (Traffic traffic =
        new Traffic(new Ssp(exchange.dataAddress(), Market.PARTNER), market, beacons, rate, seed)) {
      DiskStrike filled = disk == null ? null : new DiskStrike(disk, traffic, beacons);
      strike(books, new Strikes(exchange, wires, filled));
      awaitLoad(market);
      say("no more bids; %d beacons answered", beacons.count());
      traffic.finish();
    }
    require(
        beacons.count() >= leastBeacons(),
        beacons.count() + " beacons were answered, not " + leastBeacons());
    long notFound = beacons.statuses().getOrDefault(NOT_FOUND, new AtomicLong()).get();
    require(notFound == 0, notFound + " beacons whose token lives were answered with 404");
    double unknown = (double) beacons.unknown() / Math.max(1, beacons.count());
    require(unknown <= MOST_UNKNOWN, beacons.unknown() + " beacons never had an answer");
    for (Market.LineItem lineItem : market.tight()) {
      require(market.refusals(lineItem) > 0, "the budget of " + lineItem + " was never used up");
    }
    LocalDate lastDay = LocalDate.now(ZoneOffset.UTC);
    compare(books);
    for (LocalDate day = firstDay; !day.isAfter(lastDay); day = day.plusDays(1)) {
      reconcile(day);
    }
    damage.look();
    failures.addAll(damage.found());
    say("beacons by status %s; damage looked for %d times", beacons.statuses(), damage.looks());
  }

  private void strike(Books books, Strikes strikes) throws Exception {
    Schedule schedule = new Schedule(seed, seconds, disk != null);
    Map<Fault.Kind, Integer> kinds = new EnumMap<>(Fault.Kind.class);
    long begin = System.nanoTime();
    int struck = 0;
    while (secondsSince(begin) < seconds
        || schedule.lacking() > 0 && secondsSince(begin) < seconds * MOST_TIMES_LONGER) {
      Thread.sleep(BREATH_MILLIS);
      long inFlight = awaitFlight(books);
      Fault fault = schedule.next();
      struck++;
      kinds.merge(fault.kind(), 1, Integer::sum);
      say("%d answered, %d in flight: %s", beacons.count(), inFlight, fault);
      require(inFlight >= LEAST_IN_FLIGHT, fault + " struck with only " + inFlight + " in flight");
      damage.look();
      strikes.strike(fault);
    }
    say("%d faults have struck: %s", struck, kinds);
    require(schedule.lacking() == 0, schedule.lacking() + " faults of the schedule did not strike");
  }

  private static long secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000_000L;
  }

  private int leastBeacons() {
    return (int) (seconds * rate * LEAST_SHARE);
  }

  /** Goes on with the load until there was enough of it to prove something. */
  private void awaitLoad(Market market) throws InterruptedException {
    long deadline = System.currentTimeMillis() + LOAD_MILLIS;
    while (System.currentTimeMillis() < deadline
        && (beacons.count() < leastBeacons()
            || market.tight().stream().anyMatch(one -> market.refusals(one) == 0))) {
      Thread.sleep(20);
    }
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
      differences = differences(books);
    }
    if (differences.isEmpty()) {
      Thread.sleep(SECOND_LOOK_MILLIS);
      differences = differences(books);
    }
    failures.addAll(differences);
    double over = books.overDelivery();
    require(over <= MOST_OVER_DELIVERY, "over-delivery is " + over);
    say(
        "%d beacons answered, %d of them again, %d without an answer; %d impressions settled;"
            + " over-delivery %.6f",
        beacons.count(), beacons.repeats(), beacons.unknown(), books.count(), over);
  }

  /** As an operator has the books of a day compared: all sources are to be equal. */
  private void reconcile(LocalDate day) throws IOException, InterruptedException {
    Exchange.Printed printed = new Exchange.Printed(-1, "", "");
    long deadline = System.currentTimeMillis() + BOOKS_MILLIS;
    while (!isReconciled(printed) && System.currentTimeMillis() < deadline) {
      Thread.sleep(1_000);
      printed =
          exchange.command(
              Map.of("ADPLATFORM_DATA", exchange.dataFolder()),
              "reconcile",
              "--date",
              day.toString());
    }
    say("%s", printed.out());
    require(isReconciled(printed), "reconcile --date " + day + ": " + printed);
  }

  private static boolean isReconciled(Exchange.Printed printed) {
    return printed.code() == 0 && printed.out().contains("No difference in ");
  }

  private List<String> differences(Books books) throws InterruptedException {
    try {
      return books.differences(beacons);
    } catch (IOException | IllegalStateException e) {
      return List.of("cannot be read: " + e.getMessage());
    }
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
