package io.adplatform.billing.reconcile;

import io.adplatform.billing.reconcile.Difference.Between;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a comparison comes to: figures by source and currency, and by cause; differences themselves
 * to a bound, faults and what is explained by itself. Of one thread.
 */
final class Totals {
  /** Differences of either sort that are kept; beyond it they are in the sums alone. */
  private static final int MAX_KEPT = 5_000;

  private record Source(String name, long supplyPartnerId, String currency)
      implements Comparable<Source> {
    @Override
    public int compareTo(Source other) {
      int order = currency.compareTo(other.currency);
      order = order == 0 ? Long.compare(supplyPartnerId, other.supplyPartnerId) : order;
      return order == 0 ? name.compareTo(other.name) : order;
    }
  }

  private record Reason(Between between, Cause cause, String currency)
      implements Comparable<Reason> {
    @Override
    public int compareTo(Reason other) {
      int order = between.compareTo(other.between);
      order = order == 0 ? cause.compareTo(other.cause) : order;
      return order == 0 ? currency.compareTo(other.currency) : order;
    }
  }

  /** What is summed of one cause. */
  private static final class Sum {
    long differences;
    long absoluteMicros;
    Figures figures = Figures.ZERO;
  }

  private final Map<Source, Figures> sources = new TreeMap<>();
  private final Map<Reason, Sum> causes = new TreeMap<>();
  private final List<Difference> faults = new ArrayList<>();
  private final List<Difference> explained = new ArrayList<>();
  private long differences;
  private long cells;

  /** Counts a cell of the exchange's own sources. */
  void cell(Cell cell, Comparison.Sources of) {
    cells++;
    count("EVENTS", 0, cell.currency(), of.events().all());
    count("REPORT", 0, cell.currency(), of.report());
    count(
        "LEDGER",
        0,
        cell.currency(),
        of.ledger().posted().plus(of.ledger().behind()).minus(of.ledger().corrected()));
  }

  /** Counts what a partner sent, or what it is owed by events. */
  void partner(
      String source, long supplyPartnerId, String currency, long impressions, long micros) {
    count(source, supplyPartnerId, currency, new Figures(impressions, 0, micros, 0));
  }

  private void count(String source, long supplyPartnerId, String currency, Figures figures) {
    sources.merge(new Source(source, supplyPartnerId, currency), figures, Figures::plus);
  }

  void add(List<Difference> found) {
    for (Difference one : found) {
      differences++;
      Sum sum =
          causes.computeIfAbsent(
              new Reason(one.between(), one.cause(), one.cell().currency()), r -> new Sum());
      sum.differences++;
      sum.absoluteMicros += one.difference().absoluteMicros();
      sum.figures = sum.figures.plus(one.difference());
      List<Difference> kept = one.cause().isExplained() ? explained : faults;
      if (kept.size() < MAX_KEPT) {
        kept.add(one);
      }
    }
  }

  /** Whether nothing is on its way. */
  boolean isSettled() {
    return causes.keySet().stream().noneMatch(reason -> reason.cause.isPassing());
  }

  /** Faults, then what is explained; each in order. */
  List<Difference> kept() {
    List<Difference> kept = new ArrayList<>(faults);
    kept.addAll(explained);
    return kept;
  }

  JsonObject document() {
    JsonArray told = new JsonArray();
    sources.forEach(
        (source, figures) -> {
          JsonObject one = new JsonObject().put("source", source.name);
          if (source.supplyPartnerId != 0) {
            one.put("supplyPartnerId", Long.toString(source.supplyPartnerId));
          }
          told.add(figures.into(one.put("currency", source.currency)));
        });
    JsonArray reasons = new JsonArray();
    long unexplained = 0;
    long unexplainedMicros = 0;
    for (Map.Entry<Reason, Sum> each : causes.entrySet()) {
      Reason reason = each.getKey();
      Sum sum = each.getValue();
      if (!reason.cause.isExplained()) {
        unexplained += sum.differences;
        unexplainedMicros += sum.absoluteMicros;
      }
      reasons.add(
          sum.figures
              .into(
                  new JsonObject()
                      .put("between", reason.between.name())
                      .put("cause", reason.cause.name())
                      .put("explained", reason.cause.isExplained())
                      .put("currency", reason.currency)
                      .put("differences", sum.differences))
              .put("absoluteMicros", sum.absoluteMicros));
    }
    return new JsonObject()
        .put("cells", cells)
        .put("differences", differences)
        .put("differencesKept", (long) faults.size() + explained.size())
        .put("unexplained", unexplained)
        .put("unexplainedMicros", unexplainedMicros)
        .put("sources", told)
        .put("causes", reasons);
  }
}
