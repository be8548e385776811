package io.adplatform.loadtest.http;

import io.adplatform.loadtest.exchange.ProcessCpu;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of the servers that are compared: where it is asked, and what it used for that so far. */
final class Contender {
  /** Gauges of what was answered and is still to be shipped, settled and ingested. */
  private static final Pattern LAG =
      Pattern.compile(
          "(?m)^adplatform_(?:journal_lag_bytes|journal_unrecorded_bytes|ingest_lag_messages)"
              + "(?:\\{[^}]*})? ([0-9.E]+)$");

  /** Longest wait for the lag of a round: it is made up in a part of the round's own time. */
  private static final long DRAIN_NANOS = 60_000_000_000L;

  private static final long LOOK_MILLIS = 200;

  final String name;
  final String address;
  final List<Double> laneMicros = new ArrayList<>();
  final List<Double> hotMicros = new ArrayList<>();
  final List<Double> processMicros = new ArrayList<>();
  private final long pid;
  private final String metrics;
  private final HttpClient http = HttpClient.newHttpClient();
  private ProcessCpu before;

  /**
   * @param metrics where its lag is told, or null where it leaves nothing behind
   */
  Contender(String name, String address, long pid, String metrics) {
    this.name = name;
    this.address = address;
    this.pid = pid;
    this.metrics = metrics;
  }

  /** Begins to count its CPU. */
  void begin() throws IOException {
    before = ProcessCpu.of(pid);
  }

  /** Waits until it has done all that its answers left to be done, and counts that too. */
  void end(long requests) throws IOException, InterruptedException {
    drain();
    ProcessCpu used = ProcessCpu.of(pid).since(before);
    laneMicros.add((double) used.laneMicros() / requests);
    hotMicros.add((double) used.hotMicros() / requests);
    processMicros.add((double) used.processMicros() / requests);
  }

  /** What its compiler used for each of some requests since {@link #begin}. */
  double compilerMicros(long requests) throws IOException {
    return (double) ProcessCpu.of(pid).since(before).compilerMicros() / requests;
  }

  /** Waits until all that its answers left behind is done. */
  void drain() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + DRAIN_NANOS;
    while (metrics != null && lag() > 0) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(name + " is still behind by " + lag());
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private double lag() throws IOException, InterruptedException {
    String text =
        http.send(
                HttpRequest.newBuilder(URI.create(metrics)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    double sum = 0;
    Matcher gauge = LAG.matcher(text);
    while (gauge.find()) {
      sum += Double.parseDouble(gauge.group(1));
    }
    return sum;
  }

  /** The middle of some figures. */
  static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}
