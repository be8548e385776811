package io.adplatform.runtime.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Adds up the histograms of all lanes when it is scraped. */
final class LatencyCollector implements Collector {
  private static final String SUFFIX = "_seconds";
  private static final double NANOS_PER_SECOND = 1e9;

  private final String name;
  private final String help;
  private final List<LatencyHistogram> writers = new CopyOnWriteArrayList<>();

  LatencyCollector(String name, String help) {
    if (!name.endsWith(SUFFIX)) {
      throw new IllegalArgumentException("a latency's name ends in _seconds: " + name);
    }
    this.name = name;
    this.help = help;
  }

  void add(LatencyHistogram histogram) {
    writers.add(histogram);
  }

  @Override
  public HistogramSnapshot collect() {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int bucket = 0; bucket < LatencyHistogram.BUCKETS; bucket++) {
      long count = 0;
      for (LatencyHistogram writer : writers) {
        count += writer.count(bucket);
      }
      long bound = LatencyHistogram.upperBoundNanos(bucket);
      double seconds =
          bound == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : bound / NANOS_PER_SECOND;
      buckets.bucket(seconds, count);
    }
    double sum = 0;
    for (LatencyHistogram writer : writers) {
      sum += writer.sumNanos() / NANOS_PER_SECOND;
    }
    return HistogramSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(
            HistogramSnapshot.HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(buckets.build())
                .sum(sum)
                .build())
        .build();
  }
}
