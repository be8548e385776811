package io.adplatform.loadtest.smoke;

import io.adplatform.loadtest.exchange.ClickHouse;
import io.adplatform.loadtest.exchange.Exchange;
import java.io.IOException;

/**
 * The settled event of one beacon, where the report is made from, so that it can be falsified: the
 * one place where the run reaches behind the public interfaces.
 */
final class SettledTable {
  private static final String TABLE = "settled_events";
  private static final String INSERT = "INSERT INTO " + TABLE + " SELECT * ";
  private static final String AS_IT_COMES = " SETTINGS insert_deduplicate = 0";

  private final ClickHouse clickHouse;

  /** In the ClickHouse that {@code up} has started. */
  SettledTable(Exchange exchange) throws IOException {
    clickHouse = new ClickHouse(exchange);
  }

  /** Charges the event one micro more. */
  void alter(Sold sold) throws IOException, InterruptedException {
    execute(
        INSERT
            + "REPLACE (charged_micros + 1 AS charged_micros)"
            + from(TABLE, sold)
            + AS_IT_COMES);
  }

  /** Drops the event. */
  void drop(Sold sold) throws IOException, InterruptedException {
    execute("DELETE FROM " + TABLE + where(sold));
  }

  /** Has the event a second time, at an offset that no event has. */
  void doubleUp(Sold sold) throws IOException, InterruptedException {
    execute(
        INSERT + "REPLACE (-1 - kafka_offset AS kafka_offset)" + from(TABLE, sold) + AS_IT_COMES);
  }

  /** Keeps the true event aside. */
  void keep(Sold sold) throws IOException, InterruptedException {
    execute("DROP TABLE IF EXISTS kept");
    execute("CREATE TABLE kept ENGINE = Memory AS SELECT *" + from(TABLE, sold));
    String kept = execute("SELECT count() FROM kept").strip();
    if (!kept.equals("1")) {
      throw new IllegalStateException(kept + " settled events of " + sold.bid().id() + ", not 1");
    }
  }

  /** Puts the true event back and takes the false ones away. */
  void restore(Sold sold) throws IOException, InterruptedException {
    execute("DELETE FROM " + TABLE + where(sold));
    execute(INSERT + "FROM kept" + AS_IT_COMES);
    execute("DROP TABLE kept");
  }

  private static String from(String table, Sold sold) {
    return " FROM " + table + " FINAL" + where(sold);
  }

  /** The impression that was counted. */
  private static String where(Sold sold) {
    return " WHERE kind = 2 AND disposition = 0 AND " + auction(sold);
  }

  private static String auction(Sold sold) {
    String id = sold.bid().id();
    return "auction_hi = "
        + Long.parseUnsignedLong(id.substring(0, 16), 16)
        + " AND auction_lo = "
        + Long.parseUnsignedLong(id.substring(16), 16);
  }

  private String execute(String sql) throws IOException, InterruptedException {
    return clickHouse.execute(sql);
  }
}
