package io.adplatform.runtime.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/**
 * The metrics of a process. Registering is thread-safe and for start-up; several services of one
 * process share one. Names are Prometheus names with the unit last ({@code
 * adplatform_journal_lag_bytes}); a counter's name ends in {@code _total}, a latency's in {@code
 * _seconds}.
 */
public final class Metrics {
  private final PrometheusMeterRegistry registry;
  private final PrometheusRegistry prometheus = new PrometheusRegistry();
  private final Map<String, CounterCollector> counters = new ConcurrentHashMap<>();
  private final Map<String, LatencyCollector> latencies = new ConcurrentHashMap<>();

  private final List<DoubleSupplier> functions = new CopyOnWriteArrayList<>();

  /** Metrics with those of the JVM and the process. */
  public Metrics() {
    registry =
        new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, prometheus, io.micrometer.core.instrument.Clock.SYSTEM);
    new ClassLoaderMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** The registry, for control-plane code. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /**
   * Counters for one writer (a lane). Called again with the same name it gives further counters,
   * which are added up with the former.
   *
   * @param name ends in {@code _total}
   * @param label the label's name; its values are the enum's names in lower case
   */
  public <E extends Enum<E>> EnumCounters<E> counters(
      String name, String help, String label, Class<E> type) {
    EnumCounters<E> added = new EnumCounters<>(type);
    counters
        .computeIfAbsent(name, key -> prometheus(new CounterCollector(name, help, label, type)))
        .add(added, type, Labels.EMPTY);
    return added;
  }

  /**
   * As {@link #counters(String, String, String, Class)}, with a second label of a bounded set of
   * values, the same label for all counters of that name.
   */
  public <E extends Enum<E>> EnumCounters<E> counters(
      String name,
      String help,
      String label,
      Class<E> type,
      String secondLabel,
      String secondValue) {
    EnumCounters<E> added = new EnumCounters<>(type);
    counters
        .computeIfAbsent(name, key -> prometheus(new CounterCollector(name, help, label, type)))
        .add(added, type, Labels.of(secondLabel, secondValue));
    return added;
  }

  /**
   * A latency histogram for one writer (a lane). Called again with the same name it gives a further
   * one, which is added up with the former.
   *
   * @param name ends in {@code _seconds}
   */
  public LatencyHistogram latency(String name, String help) {
    LatencyHistogram added = new LatencyHistogram();
    latencies.computeIfAbsent(name, key -> prometheus(new LatencyCollector(name, help))).add(added);
    return added;
  }

  /** A number that is read when it is scraped. */
  public void gauge(String name, String help, DoubleSupplier value) {
    Gauge.builder(name, value, DoubleSupplier::getAsDouble)
        .description(help)
        .strongReference(true)
        .register(registry);
  }

  /** A number that is read when it is scraped, with one label of a bounded set of values. */
  public void gauge(
      String name, String help, String label, String labelValue, DoubleSupplier value) {
    Gauge.builder(name, value, DoubleSupplier::getAsDouble)
        .description(help)
        .tag(label, labelValue)
        .strongReference(true)
        .register(registry);
  }

  /**
   * A number that only goes up, read when it is scraped, with one label of a bounded set of values.
   */
  public void counter(
      String name, String help, String label, String labelValue, DoubleSupplier value) {
    // The registry holds a function weakly.
    functions.add(value);
    FunctionCounter.builder(name, value, DoubleSupplier::getAsDouble)
        .description(help)
        .tag(label, labelValue)
        .register(registry);
  }

  /** The label value of an enum's value. */
  static String labelOf(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** All of it in Prometheus's text format. Takes about a millisecond: not on a lane. */
  public String scrape() {
    return registry.scrape();
  }

  private <C extends io.prometheus.metrics.model.registry.Collector> C prometheus(C collector) {
    prometheus.register(collector);
    return collector;
  }
}
