package io.adplatform.runtime.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Adds up the counters of all lanes when it is scraped. */
final class CounterCollector implements Collector {
  private static final String SUFFIX = "_total";

  private final String name;
  private final String help;
  private final String label;
  private final Class<?> type;
  private final Map<Labels, List<EnumCounters<?>>> writers = new ConcurrentSkipListMap<>();

  CounterCollector(String name, String help, String label, Class<?> type) {
    if (!name.endsWith(SUFFIX)) {
      throw new IllegalArgumentException("a counter's name ends in _total: " + name);
    }
    this.name = name.substring(0, name.length() - SUFFIX.length());
    this.help = help;
    this.label = label;
    this.type = type;
  }

  /** Adds a writer; what has the same further labels is added up. */
  void add(EnumCounters<?> counters, Class<?> itsType, Labels further) {
    if (itsType != type) {
      throw new IllegalArgumentException(name + " is labelled by " + type.getSimpleName());
    }
    writers.computeIfAbsent(further, key -> new CopyOnWriteArrayList<>()).add(counters);
  }

  @Override
  public CounterSnapshot collect() {
    CounterSnapshot.Builder snapshot = CounterSnapshot.builder().name(name).help(help);
    writers.forEach((further, ofThem) -> collect(snapshot, further, ofThem));
    return snapshot.build();
  }

  private void collect(
      CounterSnapshot.Builder snapshot, Labels further, List<EnumCounters<?>> ofThem) {
    for (Object value : type.getEnumConstants()) {
      Enum<?> constant = (Enum<?>) value;
      long sum = 0;
      for (EnumCounters<?> writer : ofThem) {
        sum += writer.get(constant.ordinal());
      }
      snapshot.dataPoint(
          CounterSnapshot.CounterDataPointSnapshot.builder()
              .labels(Labels.of(label, Metrics.labelOf(constant)).merge(further))
              .value(sum)
              .build());
    }
  }
}
