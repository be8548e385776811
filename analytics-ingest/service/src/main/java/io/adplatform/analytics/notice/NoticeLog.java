package io.adplatform.analytics.notice;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.ClickHouseException;
import io.adplatform.storage.clickhouse.RowBinaryBlock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attempts as rows of {@code partner_notices}. While ClickHouse is away they wait, bounded; beyond
 * it they are lost, which costs nobody but the look-up. Of the sender's thread.
 */
final class NoticeLog {
  private static final Logger LOG = LoggerFactory.getLogger(NoticeLog.class);
  private static final String TABLE = "partner_notices";
  private static final String COLUMNS =
      "time, auction_hi, auction_lo, demand_partner_id, supply_partner_id, kind, attempt, status,"
          + " outcome, took_millis, url";

  /** A quarter of an hour of some ten notices a second. */
  private static final int MAX_WAITING = 10_000;

  private static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final ClickHouseDatabase database;
  private final RowBinaryBlock block = new RowBinaryBlock();
  private long nextNanos = System.nanoTime();
  private boolean troubled;
  private long lost;

  NoticeLog(ClickHouseDatabase database) {
    this.database = database;
  }

  /** Notes an attempt; status 0 is no answer. */
  void add(
      PendingNotice notice, NoticeOutcome outcome, int status, long atMillis, long tookMillis) {
    if (block.rows() >= MAX_WAITING) {
      lost++;
      return;
    }
    block.putLong(atMillis).putLong(notice.auctionHi).putLong(notice.auctionLo);
    block.putLong(notice.demandPartnerId).putLong(notice.supplyPartnerId);
    block.putByte(notice.kind.value()).putShort(Math.min(notice.attempts, 0xffff));
    block.putShort(status).putString(outcome.name()).putInt(tookMillis).putString(notice.url);
    block.endRow();
  }

  /** Inserts what waits, now and then; always where {@code now} says so. */
  void flush(boolean now) {
    if (block.rows() == 0 || !now && System.nanoTime() - nextNanos < 0) {
      return;
    }
    try {
      database.insert(TABLE, COLUMNS, block, null);
      block.clear();
      troubled = false;
      nextNanos = System.nanoTime() + FLUSH_NANOS;
    } catch (ClickHouseException e) {
      nextNanos = System.nanoTime() + RETRY_NANOS;
      if (!troubled) {
        troubled = true;
        LOG.warn("What partners answered cannot be kept now, trying again: {}", e.toString());
      }
    }
  }

  /** Attempts that could not be kept. */
  long lost() {
    return lost;
  }
}
