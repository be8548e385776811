package io.adplatform.runtime.node;

import io.adplatform.runtime.journal.JournalDriver;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.LaneCount;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.runtime.metrics.Metrics;
import java.util.Locale;

/** Shows in the metrics what lanes and journal count of themselves. Read by the scraper. */
final class NodeMetrics {
  private static final double NANOS_PER_SECOND = 1e9;

  private NodeMetrics() {}

  static void bind(Metrics metrics, Lanes lanes, JournalDriver driver) {
    for (Lane lane : lanes.all()) {
      String index = Integer.toString(lane.index());
      metrics.counter(
          "adplatform_lane_busy_seconds_total",
          "Seconds that a lane spent in duty cycles which did work; its rate is the busy ratio",
          "lane",
          index,
          () -> lane.count(LaneCount.BUSY_NANOS) / NANOS_PER_SECOND);
      for (LaneCount count : LaneCount.values()) {
        if (count != LaneCount.BUSY_NANOS) {
          metrics.counter(
              "adplatform_lane_" + count.name().toLowerCase(Locale.ROOT) + "_total",
              "What a lane counts of itself",
              "lane",
              index,
              () -> lane.count(count));
        }
      }
    }
    metrics.gauge(
        "adplatform_journal_unrecorded_bytes",
        "Bytes offered to the journal that are not recorded yet",
        driver::unrecordedBytes);
    metrics.gauge(
        "adplatform_journal_takes_auctions",
        "1 if every lane's journal takes auction records",
        () -> driver.takesAuctions() ? 1 : 0);
    metrics.gauge(
        "adplatform_journal_free_bytes", "Free space where the journal lies", driver::freeBytes);
  }
}
