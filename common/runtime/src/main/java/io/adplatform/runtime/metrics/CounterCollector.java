package io.adplatform.runtime.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Adds up the counters of all lanes when it is scraped. */
final class CounterCollector implements Collector {
  private static final String SUFFIX = "_total";

  private final String name;
  private final String help;
  private final String label;
  private final Class<?> type;
  private final List<EnumCounters<?>> writers = new CopyOnWriteArrayList<>();

  CounterCollector(String name, String help, String label, Class<?> type) {
    if (!name.endsWith(SUFFIX)) {
      throw new IllegalArgumentException("a counter's name ends in _total: " + name);
    }
    this.name = name.substring(0, name.length() - SUFFIX.length());
    this.help = help;
    this.label = label;
    this.type = type;
  }

  void add(EnumCounters<?> counters, Class<?> itsType) {
    if (itsType != type) {
      throw new IllegalArgumentException(name + " is labelled by " + type.getSimpleName());
    }
    writers.add(counters);
  }

  @Override
  public CounterSnapshot collect() {
    CounterSnapshot.Builder snapshot = CounterSnapshot.builder().name(name).help(help);
    for (Object value : type.getEnumConstants()) {
      Enum<?> constant = (Enum<?>) value;
      long sum = 0;
      for (EnumCounters<?> writer : writers) {
        sum += writer.get(constant.ordinal());
      }
      snapshot.dataPoint(
          CounterSnapshot.CounterDataPointSnapshot.builder()
              .labels(Labels.of(label, Metrics.labelOf(constant)))
              .value(sum)
              .build());
    }
    return snapshot.build();
  }
}
