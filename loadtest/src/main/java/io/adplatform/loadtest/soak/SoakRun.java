package io.adplatform.loadtest.soak;

import io.adplatform.loadtest.exchange.ApiClient;
import io.adplatform.loadtest.exchange.ClickHouse;
import io.adplatform.loadtest.exchange.Exchange;
import io.adplatform.loadtest.exchange.Ssp;
import io.adplatform.loadtest.traffic.Beacons;
import io.adplatform.loadtest.traffic.Books;
import io.adplatform.loadtest.traffic.Market;
import io.adplatform.loadtest.traffic.Traffic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Holds bids and beacons at one rate and looks at every process now and then. Arguments: the
 * checkout, an empty folder, then {@code --minutes}, {@code --rate}, {@code --seed} with their
 * values, then options for {@code up}. Exit code 0 where no memory grew beyond its bound and all
 * that was answered is settled.
 */
public final class SoakRun {
  private static final int MINUTES = 60;

  /** Requests a second: a tenth of what two cores take with everything on them. */
  private static final int RATE = 200;

  /** Samples of a run: each costs every JVM a full collection. */
  private static final int SAMPLES = 60;

  private static final long LEAST_PAUSE_MILLIS = 15_000;
  private static final long BOOKS_MILLIS = 180_000;
  private static final long MIB = 1 << 20;
  private static final int KIB_PER_MIB = 1_024;

  private final Exchange exchange;
  private final Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
  private final Map<Part, List<Sample>> samples = new EnumMap<>(Part.class);
  private final List<String> failures = new ArrayList<>();
  private final Beacons beacons = new Beacons();

  private SoakRun(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    int minutes = MINUTES;
    int rate = RATE;
    long seed = 1;
    List<String> options = new ArrayList<>();
    for (int i = 2; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--minutes" -> minutes = Integer.parseInt(arguments[++i]);
        case "--rate" -> rate = Integer.parseInt(arguments[++i]);
        case "--seed" -> seed = Long.parseLong(arguments[++i]);
        default -> options.add(arguments[i]);
      }
    }
    Path folder = Files.createDirectories(Path.of(arguments[1])).toAbsolutePath();
    Exchange exchange = new Exchange(Path.of(arguments[0]).toAbsolutePath(), folder, options);
    SoakRun run = new SoakRun(exchange);
    try {
      run.run(minutes, rate, seed);
    } catch (Exception e) {
      e.printStackTrace(System.out);
      run.failures.add("the run comes to its end: " + e);
    } finally {
      if (exchange.isUp()) {
        exchange.down();
      }
    }
    run.failures.forEach(failure -> say("FAILED: %s", failure));
    say("%s after %d minutes", run.failures.isEmpty() ? "passed" : "failed", minutes);
    System.exit(run.failures.isEmpty() ? 0 : 1);
  }

  private void run(int minutes, int rate, long seed) throws Exception {
    say("ready after %d ms", exchange.up().toMillis());
    ApiClient operator = new ApiClient(exchange.apiAddress(), exchange.apiKey());
    Market market = new Market(operator);
    Books books = new Books(new ClickHouse(exchange), operator, market);
    while (exchange.catalogueVersion() < operator.catalogueVersion()) {
      Thread.sleep(50);
    }
    long length = minutes * 60_000L;
    long pause = Math.max(LEAST_PAUSE_MILLIS, length / SAMPLES);
    say(
        "%8s %-10s %9s %8s %8s %6s %7s; then MiB of the data folder",
        "seconds", "part", "resident", "heap", "native", "files", "threads");
    try (Traffic traffic =
        new Traffic(new Ssp(exchange.dataAddress(), Market.PARTNER), market, beacons, rate, seed)) {
      long start = System.currentTimeMillis();
      for (long at = pause; at <= length; at += pause) {
        Thread.sleep(Math.max(1, start + at - System.currentTimeMillis()));
        sample((System.currentTimeMillis() - start) / 1_000);
      }
      traffic.finish();
    }
    samples.forEach((part, of) -> failures.addAll(Growth.beyondBounds(part, of)));
    compare(books);
  }

  private void sample(long seconds) throws IOException, InterruptedException {
    for (Map.Entry<Part, List<Long>> part : Part.under(exchange.launcher()).entrySet()) {
      Sample sample = Sample.of(part.getKey(), part.getValue(), jcmd);
      samples.computeIfAbsent(part.getKey(), p -> new ArrayList<>()).add(sample);
      say(
          "%8d %-10s %9.1f %8.1f %8.1f %6d %7d",
          seconds,
          part.getKey(),
          (double) sample.residentKib() / KIB_PER_MIB,
          (double) sample.heapKib() / KIB_PER_MIB,
          (double) sample.nativeKib() / KIB_PER_MIB,
          sample.files(),
          sample.threads());
    }
    say("%8d %d beacons answered; data folder%s", seconds, beacons.count(), folders());
  }

  /** What each folder of the data folder takes, sparse files as long as they say. */
  private String folders() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> folders = Files.list(Path.of(exchange.dataFolder()))) {
      for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
        text.append(' ').append(folder.getFileName()).append(' ').append(bytes(folder) / MIB);
      }
    }
    return text.toString();
  }

  private static long bytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(SoakRun::size).sum();
    } catch (UncheckedIOException e) {
      // Something was merged or deleted meanwhile: the next look tells.
      return 0;
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  private void compare(Books books) throws Exception {
    long deadline = System.currentTimeMillis() + BOOKS_MILLIS;
    List<String> differences = books.differences(beacons);
    while (!differences.isEmpty() && System.currentTimeMillis() < deadline) {
      Thread.sleep(1_000);
      differences = books.differences(beacons);
    }
    failures.addAll(differences);
    say("%d beacons answered, %d impressions settled", beacons.count(), books.count());
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
