package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import java.util.Map;

/**
 * How long ClickHouse keeps what; older rows go at its merges.
 *
 * @param eventDays settled events, from which roll-ups are computed; 2 to 3650
 * @param recordDays auction records and what partners were told; 1 to 3650
 * @param detailDays full records (request and answer); 1 to 3650
 * @param deliveryDays the roll-ups that reports read; 2 to 36500, at least {@code eventDays}
 */
public record Retention(int eventDays, int recordDays, int detailDays, int deliveryDays) {
  /**
   * A month to look into events, a week into auctions, three days into requests, two years of
   * reports.
   */
  public static final Retention USUAL = new Retention(35, 7, 3, 800);

  private static final Map<String, String> TIME_COLUMNS =
      Map.of(
          "settled_events", "toDateTime(time)",
          "auction_records", "toDateTime(time)",
          "auction_details", "toDateTime(time)",
          "partner_notices", "toDateTime(time)",
          "delivery", "bucket");

  public Retention {
    if (eventDays < 2 || recordDays < 1 || detailDays < 1 || deliveryDays < eventDays) {
      throw new IllegalArgumentException("retention in days is out of its range");
    }
  }

  /** Sets the tables' TTL where it differs from this. */
  void apply(ClickHouseDatabase database) {
    apply(database, "settled_events", eventDays);
    apply(database, "auction_records", recordDays);
    apply(database, "auction_details", detailDays);
    apply(database, "partner_notices", recordDays);
    apply(database, "delivery", deliveryDays);
  }

  private static void apply(ClickHouseDatabase database, String table, int days) {
    String wanted = "TTL " + TIME_COLUMNS.get(table) + " + toIntervalDay(" + days + ")";
    long same =
        database.queryLong(
            "SELECT count() FROM system.tables WHERE database = currentDatabase()"
                + " AND name = {table:String} AND position(engine_full, {ttl:String}) > 0",
            Map.of("table", table, "ttl", wanted));
    if (same == 0) {
      // Old parts are not rewritten for it: their rows go when they are merged.
      database.execute(
          "ALTER TABLE "
              + table
              + " MODIFY "
              + wanted
              + " SETTINGS materialize_ttl_after_modify = 0");
    }
  }
}
