package io.adplatform.settle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;

class SettleMetricsTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long WITHIN = 60_000;

  private final SettleMetrics metrics = new SettleMetrics();

  @Test
  void shouldNotBeReadyWithoutACheckpointOfLate() {
    assertTrue(SettleMetrics.isReady(1L, NOW - 5_000, NOW, WITHIN));
    assertFalse(SettleMetrics.isReady(0L, NOW - 5_000, NOW, WITHIN));
    assertFalse(SettleMetrics.isReady(1_000L, NOW - 120_000, NOW, WITHIN));
    assertFalse(SettleMetrics.isReady(null, null, NOW, WITHIN));
  }

  @Test
  void shouldLeaveOutWhatIsNotMeasured() {
    Gauge<Long> lag = () -> 42L;
    metrics.notifyOfAddedMetric(lag, "pendingRecords", null);
    assertTrue(SettleMetrics.text().contains("adplatform_settle_lag_events 42\n"));
    metrics.notifyOfRemovedMetric(lag, "pendingRecords", null);
    assertFalse(SettleMetrics.text().contains("adplatform_settle_lag_events"));
  }

  @Test
  void shouldKeepCountOfFailedCommitsAcrossTasks() {
    long before = SettleMetrics.failedCommittables();
    SimpleCounter first = new SimpleCounter();
    metrics.notifyOfAddedMetric(first, "failedCommittables", null);
    first.inc();
    metrics.notifyOfRemovedMetric(first, "failedCommittables", null);
    SimpleCounter second = new SimpleCounter();
    metrics.notifyOfAddedMetric(second, "failedCommittables", null);
    second.inc();
    assertEquals(before + 2, SettleMetrics.failedCommittables());
  }
}
