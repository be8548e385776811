package io.adplatform.runtime.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.testkit.check.AllocationCheck;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private enum Outcome {
    BID,
    NO_BID
  }

  private enum Other {
    A
  }

  @Test
  void shouldAddUpTheLanesCountersByLabel() {
    Metrics metrics = new Metrics();
    EnumCounters<Outcome> first =
        metrics.counters("test_auctions_total", "Auctions", "outcome", Outcome.class);
    EnumCounters<Outcome> second =
        metrics.counters("test_auctions_total", "Auctions", "outcome", Outcome.class);
    first.increment(Outcome.BID);
    second.add(Outcome.BID, 2);
    second.increment(Outcome.NO_BID);
    String text = metrics.scrape();
    assertTrue(text.contains("test_auctions_total{outcome=\"bid\"} 3.0\n"), text);
    assertTrue(text.contains("test_auctions_total{outcome=\"no_bid\"} 1.0\n"), text);
  }

  @Test
  void shouldKeepCountersOfAnotherLabelApart() {
    Metrics metrics = new Metrics();
    for (String kind : new String[] {"imp", "click", "imp"}) {
      metrics
          .counters("test_beacons_total", "Beacons", "outcome", Outcome.class, "kind", kind)
          .increment(Outcome.BID);
    }
    String text = metrics.scrape();
    assertTrue(text.contains("test_beacons_total{kind=\"imp\",outcome=\"bid\"} 2.0\n"), text);
    assertTrue(text.contains("test_beacons_total{kind=\"click\",outcome=\"bid\"} 1.0\n"), text);
  }

  @Test
  void shouldShowALatencyAsAHistogramInSeconds() {
    Metrics metrics = new Metrics();
    LatencyHistogram lane0 = metrics.latency("test_latency_seconds", "How long");
    LatencyHistogram lane1 = metrics.latency("test_latency_seconds", "How long");
    lane0.record(500);
    lane1.record(3_000_000);
    lane1.record(60_000_000_000L);
    String text = metrics.scrape();
    assertTrue(text.contains("test_latency_seconds_bucket{le=\"1.024E-6\"} 1\n"), text);
    assertTrue(text.contains("test_latency_seconds_bucket{le=\"0.003145728\"} 2\n"), text);
    assertTrue(text.contains("test_latency_seconds_bucket{le=\"+Inf\"} 3\n"), text);
    assertTrue(text.contains("test_latency_seconds_count 3\n"), text);
  }

  @Test
  void shouldGoOnShowingNumbersAfterAGarbageCollection() {
    Metrics metrics = new Metrics();
    long[] value = {5};
    metrics.counter("test_seconds_total", "Seconds", "lane", "0", () -> value[0]);
    metrics.gauge("test_lag_bytes", "Lag", () -> value[0] + 1);
    System.gc();
    String text = metrics.scrape();
    assertTrue(text.contains("test_seconds_total{lane=\"0\"} 5.0\n"), text);
    assertTrue(text.contains("test_lag_bytes 6.0\n"), text);
    assertTrue(text.contains("jvm_memory_used_bytes"), text);
  }

  @Test
  void shouldRefuseAnotherEnumOrANameWithoutItsUnit() {
    Metrics metrics = new Metrics();
    metrics.counters("test_total", "Test", "label", Outcome.class);
    assertThrows(
        IllegalArgumentException.class,
        () -> metrics.counters("test_total", "Test", "label", Other.class));
    assertThrows(
        IllegalArgumentException.class,
        () -> metrics.counters("test", "Test", "label", Outcome.class));
    assertThrows(IllegalArgumentException.class, () -> metrics.latency("test_millis", "Test"));
  }

  @Property(seed = "2026")
  void shouldPutADurationIntoABucketAtMostAQuarterOfAnOctaveWide(@ForAll long seed) {
    Random random = new Random(seed);
    long nanos = random.nextLong() >>> 1 + random.nextInt(62);
    LatencyHistogram histogram = new LatencyHistogram();
    histogram.record(nanos);
    int bucket = 0;
    while (histogram.count(bucket) == 0) {
      bucket++;
    }
    assertTrue(nanos <= LatencyHistogram.upperBoundNanos(bucket));
    if (bucket > 0) {
      long below = LatencyHistogram.upperBoundNanos(bucket - 1);
      assertTrue(nanos > below, nanos + " is not above " + below);
      if (bucket < LatencyHistogram.BUCKETS - 1) {
        assertTrue(LatencyHistogram.upperBoundNanos(bucket) <= below + below / 4);
      }
    }
    assertEquals(1, histogram.count());
    assertEquals(nanos, histogram.sumNanos());
  }

  @Test
  void shouldAllocateNothingWhenItCounts() {
    Metrics metrics = new Metrics();
    EnumCounters<Outcome> counters =
        metrics.counters("test_total", "Test", "outcome", Outcome.class);
    LatencyHistogram latency = metrics.latency("test_seconds", "Test");
    AllocationCheck.assertNoAllocation(
        100_000,
        () -> {
          counters.increment(Outcome.BID);
          counters.add(Outcome.NO_BID, 3);
          latency.record(1234);
        });
  }
}
