package io.adplatform.settle;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * Flink's own gauges that an operator of the exchange watches, picked out as Flink registers them,
 * and written as Prometheus text beside {@link SettleCounters}. Thread-safe.
 */
public final class SettleMetrics implements MetricReporter, MetricReporterFactory {
  /** Name of the reporter in Flink's settings. */
  static final String REPORTER = "settle";

  /** What Flink calls it, and what it is called here. */
  private static final Map<String, String> GAUGES =
      Map.of(
          "pendingRecords", "adplatform_settle_lag_events",
          "numRestarts", "adplatform_settle_restarts_total",
          "lastCheckpointDuration", "adplatform_settle_checkpoint_duration_millis",
          "lastCheckpointSize", "adplatform_settle_checkpoint_bytes",
          "numberOfCompletedCheckpoints", "adplatform_settle_checkpoints_total",
          "numberOfFailedCheckpoints", "adplatform_settle_checkpoints_failed_total",
          "lastCheckpointCompletedTimestamp", "adplatform_settle_last_checkpoint_millis");

  /** The sink's own count of transactions that it could not commit; it only logs them. */
  private static final String FAILED_COMMITTABLES = "failedCommittables";

  // Flink makes the reporter; the server that shows it meets it here.
  private static final Map<String, Gauge<?>> FOUND = new ConcurrentHashMap<>();

  private static final Set<Counter> COMMIT_FAILURES = ConcurrentHashMap.newKeySet();
  private static final LongAdder FORMER_COMMIT_FAILURES = new LongAdder();

  @Override
  public MetricReporter createMetricReporter(Properties properties) {
    return this;
  }

  @Override
  public void open(MetricConfig config) {
    FOUND.clear();
  }

  @Override
  public void close() {
    FOUND.clear();
  }

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    String ours = GAUGES.get(name);
    if (ours != null && metric instanceof Gauge<?> gauge) {
      FOUND.put(ours, gauge);
    } else if (FAILED_COMMITTABLES.equals(name) && metric instanceof Counter counter) {
      COMMIT_FAILURES.add(counter);
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    String ours = GAUGES.get(name);
    if (ours != null && metric instanceof Gauge<?> gauge) {
      FOUND.remove(ours, gauge);
    } else if (metric instanceof Counter counter && COMMIT_FAILURES.remove(counter)) {
      FORMER_COMMIT_FAILURES.add(counter.getCount());
    }
  }

  /**
   * Whether a checkpoint of the running job was complete lately: it reads, settles and writes. A
   * job that only starts again and again does not.
   *
   * @param within how long ago at most, in milliseconds
   */
  static boolean isReady(long within) {
    Long completed = value("adplatform_settle_checkpoints_total");
    Long millis = value("adplatform_settle_last_checkpoint_millis");
    return isReady(completed, millis, System.currentTimeMillis(), within);
  }

  /** The same of these figures, which are null where Flink has none. */
  static boolean isReady(Long completed, Long lastMillis, long nowMillis, long within) {
    return completed != null
        && completed > 0
        && lastMillis != null
        && nowMillis - lastMillis <= within;
  }

  /** Transactions that the sink could not commit since the process started. */
  static long failedCommittables() {
    return FORMER_COMMIT_FAILURES.sum()
        + COMMIT_FAILURES.stream().mapToLong(Counter::getCount).sum();
  }

  /** All of it, as Prometheus text. */
  static String text() {
    StringBuilder text = new StringBuilder();
    SettleCounters counters = SettleCounters.INSTANCE;
    text.append("# TYPE adplatform_settle_events_total counter\n");
    for (Verdict verdict : Verdict.values()) {
      text.append("adplatform_settle_events_total{verdict=\"")
          .append(verdict.name().toLowerCase(Locale.ROOT))
          .append("\"} ")
          .append(counters.verdicts(verdict))
          .append('\n');
    }
    line(text, "adplatform_settle_auctions_held", counters.auctionsHeld());
    line(text, "adplatform_settle_leases_held", counters.leasesHeld());
    line(text, "adplatform_settle_checkpoints_set_aside_total", counters.checkpointsSetAside());
    line(text, "adplatform_settle_events_missing_total", counters.missing());
    line(text, "adplatform_settle_answers_left_out_total", counters.answersLeftOut());
    line(text, "adplatform_settle_notices_dropped_total", counters.noticesDropped());
    line(text, "adplatform_settle_commits_failed_total", failedCommittables());
    // What Flink does not have now is left out: a lag of a job that does not run is not 0.
    GAUGES.values().stream()
        .sorted()
        .forEach(
            name -> {
              Long value = value(name);
              if (value != null) {
                line(text, name, value);
              }
            });
    return text.toString();
  }

  private static void line(StringBuilder text, String name, long value) {
    String type = name.endsWith("_total") ? "counter" : "gauge";
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    text.append(name).append(' ').append(value).append('\n');
  }

  /** A gauge's value; null where Flink has none. */
  private static Long value(String name) {
    Gauge<?> gauge = FOUND.get(name);
    return gauge != null && gauge.getValue() instanceof Number number ? number.longValue() : null;
  }
}
