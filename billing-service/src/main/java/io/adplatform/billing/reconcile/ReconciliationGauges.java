package io.adplatform.billing.reconcile;

import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the newest comparisons of the last {@value #DAYS} days came to. Alerts hang on {@code
 * adplatform_billing_reconciliation_unexplained} above 0 and on the age. Thread-safe.
 */
final class ReconciliationGauges {
  /** As long as settled events are usually kept: what is found is not forgotten before. */
  static final int DAYS = 34;

  private static final Logger LOG = LoggerFactory.getLogger(ReconciliationGauges.class);

  private final Transactions transactions;
  private final InstantSource clock;
  private final MultiGauge micros;
  private final MultiGauge differences;
  private final Counter failures;
  private volatile double unexplained;
  private volatile double unexplainedMicros;
  private volatile long lastRanMillis;

  ReconciliationGauges(Transactions transactions, InstantSource clock, MeterRegistry metrics) {
    this.transactions = transactions;
    this.clock = clock;
    micros =
        MultiGauge.builder("adplatform.billing.reconciliation.difference.micros")
            .description("Spend and cost that sources differ in, without signs, by cause")
            .register(metrics);
    differences =
        MultiGauge.builder("adplatform.billing.reconciliation.differences")
            .description("Differences between sources, by cause")
            .register(metrics);
    failures =
        Counter.builder("adplatform.billing.reconciliation.failures")
            .description("Comparisons by the job that could not be made")
            .register(metrics);
    Gauge.builder("adplatform.billing.reconciliation.unexplained", () -> unexplained)
        .description("Differences that are faults or have no known cause")
        .register(metrics);
    Gauge.builder("adplatform.billing.reconciliation.unexplained.micros", () -> unexplainedMicros)
        .description("Spend and cost of these, without signs")
        .register(metrics);
    Gauge.builder("adplatform.billing.reconciliation.age.seconds", this::ageSeconds)
        .description("How long ago a day was last compared")
        .register(metrics);
  }

  private double ageSeconds() {
    return lastRanMillis == 0 ? Double.NaN : (clock.millis() - lastRanMillis) / 1e3;
  }

  /** Counts a comparison that could not be made. */
  void failed() {
    failures.increment();
  }

  /** Reads what is stored. */
  void refresh() {
    try {
      LocalDate from = clock.instant().atZone(ZoneOffset.UTC).toLocalDate().minusDays(DAYS);
      show(
          transactions.forService(
              handle -> ReconciliationStore.newestOfDays(handle.getConnection(), from)));
    } catch (Problem e) {
      LOG.debug("PostgreSQL is away: gauges stay as they are", e);
    } catch (RuntimeException | SQLException e) {
      LOG.error("Gauges could not be read", e);
    }
  }

  private void show(List<JsonObject> runs) {
    Map<String, long[]> byCause = new TreeMap<>();
    for (Cause cause : Cause.values()) {
      byCause.put(cause.name(), new long[2]);
    }
    long faults = 0;
    long faultMicros = 0;
    long last = 0;
    for (JsonObject run : runs) {
      faults += run.getLong("unexplained");
      faultMicros += run.getLong("unexplainedMicros");
      last = Math.max(last, Instant.parse(run.getString("ranAt")).toEpochMilli());
      for (Object each : run.getJsonArray("causes")) {
        JsonObject cause = (JsonObject) each;
        long[] sums = byCause.computeIfAbsent(cause.getString("cause"), c -> new long[2]);
        sums[0] += cause.getLong("differences");
        sums[1] += cause.getLong("absoluteMicros");
      }
    }
    unexplained = faults;
    unexplainedMicros = faultMicros;
    lastRanMillis = last;
    List<MultiGauge.Row<?>> counts = new ArrayList<>();
    List<MultiGauge.Row<?>> amounts = new ArrayList<>();
    byCause.forEach(
        (cause, sums) -> {
          counts.add(MultiGauge.Row.of(Tags.of("cause", cause), sums[0]));
          amounts.add(MultiGauge.Row.of(Tags.of("cause", cause), sums[1]));
        });
    differences.register(counts, true);
    micros.register(amounts, true);
  }
}
