package io.adplatform.settle;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
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

  // Flink makes the reporter; the server that shows it meets it here.
  private static final Map<String, Gauge<?>> FOUND = new ConcurrentHashMap<>();

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
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    String ours = GAUGES.get(name);
    if (ours != null && metric instanceof Gauge<?> gauge) {
      FOUND.remove(ours, gauge);
    }
  }

  /**
   * Whether a checkpoint of the running job was completed lately: it reads, settles and writes.
   *
   * @param within how long ago at most, in milliseconds
   */
  static boolean isReady(long within) {
    return value("adplatform_settle_checkpoints_total") > 0
        && System.currentTimeMillis() - value("adplatform_settle_last_checkpoint_millis") <= within;
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
    GAUGES.values().stream().sorted().forEach(name -> line(text, name, value(name)));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, long value) {
    String type = name.endsWith("_total") ? "counter" : "gauge";
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    text.append(name).append(' ').append(value).append('\n');
  }

  /** A gauge's value; 0 before Flink has it. */
  private static long value(String name) {
    Gauge<?> gauge = FOUND.get(name);
    return gauge != null && gauge.getValue() instanceof Number number ? number.longValue() : 0;
  }
}
