package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;
import io.adplatform.storage.clickhouse.ClickHouseException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inserts the blocks of an intake on a thread of its own, one after the other, so that ClickHouse
 * works on one while the next is read. Used by the intake's thread alone; what it was given belongs
 * to it until {@link #await} returns.
 */
final class BlockInserter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockInserter.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long MAX_PAUSE_MILLIS = 3_000;

  /** Longer than a statement may take. */
  private static final long CLOSE_MILLIS = 40_000;

  private final ClickHouseDatabase database;
  private final IngestCounters counters;
  private final ExecutorService thread;
  private volatile boolean givenUp;
  private volatile boolean closing;
  private Future<?> underWay;
  private Runnable landed;

  /** Its thread is {@code name}, and a daemon. */
  BlockInserter(String name, ClickHouseDatabase database, IngestCounters counters) {
    this.database = database;
    this.counters = counters;
    this.thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
  }

  /** Whether a block was begun that was not awaited yet. */
  boolean hasBlock() {
    return underWay != null;
  }

  /** Whether {@link #await} would wait. */
  boolean isBusy() {
    return underWay != null && !underWay.isDone();
  }

  /**
   * Begins to insert a block, and then does what is due about those that are in. None may be under
   * way.
   *
   * @param range names the block's offsets, for its deduplication
   * @param behind whether it was full before its time, so that others follow at once
   * @param whenIn run by {@link #await} once it is in
   */
  void begin(BlockRows rows, String range, FollowUp followUp, boolean behind, Runnable whenIn) {
    landed = whenIn;
    underWay =
        thread.submit(
            () -> {
              insert(rows, range);
              followUp.afterFlush(database, behind);
              return null;
            });
  }

  /**
   * Waits until the block that was begun is in.
   *
   * @param everyMillis how often {@code meanwhile} is run while it waits
   * @throws RuntimeException as {@code meanwhile} or what was begun throws
   */
  void await(long everyMillis, Runnable meanwhile) {
    while (underWay != null) {
      try {
        underWay.get(everyMillis, TimeUnit.MILLISECONDS);
        underWay = null;
        landed.run();
      } catch (TimeoutException e) {
        meanwhile.run();
      } catch (ExecutionException e) {
        underWay = null;
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) e.getCause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a block was inserted", e);
      }
    }
  }

  /** Tries no more to insert what is under way, and waits until its outcome is known. */
  void abandon() {
    if (underWay == null) {
      return;
    }
    givenUp = true;
    try {
      underWay.get();
    } catch (ExecutionException e) {
      LOG.info("given up: {}", e.getCause().getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      underWay = null;
      givenUp = false;
    }
  }

  /** Tries until it is in: a repeat of a block that did get in is dropped by its token. */
  private void insert(BlockRows rows, String range) throws InterruptedException {
    long pauseMillis = FIRST_PAUSE_MILLIS;
    while (true) {
      try {
        long start = System.nanoTime();
        rows.insert(database, range);
        counters.insertNanos.add(System.nanoTime() - start);
        counters.success();
        return;
      } catch (ClickHouseException e) {
        counters.failures.increment();
        if (givenUp || closing) {
          throw e;
        }
        LOG.warn("{} is not inserted yet; trying again: {}", range, e.getMessage());
        Thread.sleep(pauseMillis);
        pauseMillis = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
      }
    }
  }

  /** Has nothing tried again and nothing begun any more. */
  void giveUp() {
    closing = true;
    thread.shutdown();
  }

  /** Ends the thread, when a statement that is under way has ended. */
  @Override
  public void close() {
    giveUp();
    try {
      if (!thread.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
