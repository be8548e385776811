package io.adplatform.runtime.api;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * How much work of one kind is under way: what uses it up refuses its own kind alone. Thread-safe.
 */
public final class ApiPermits {
  /** Work that no API key stands behind. */
  public static final long NO_KEY = 0;

  /** Long enough for some of it to end, short enough for a person. */
  private static final int RETRY_SECONDS = 2;

  private final Semaphore free;
  private final int maxPerKey;

  /** Holds no more keys than there are permits. */
  private final ConcurrentHashMap<Long, Integer> byKey = new ConcurrentHashMap<>();

  /** Permits for work without keys. */
  public ApiPermits(int max) {
    this(max, max);
  }

  /**
   * @param max under way at once
   * @param maxPerKey of one API key at once
   */
  public ApiPermits(int max, int maxPerKey) {
    this.free = new Semaphore(max);
    this.maxPerKey = maxPerKey;
  }

  /**
   * Takes one.
   *
   * @return null where it was taken, else the refusal
   */
  public Problem take(long key) {
    if (!free.tryAcquire()) {
      return Problem.busy("Too much is under way; try again.", RETRY_SECONDS);
    }
    if (key != NO_KEY && byKey.merge(key, 1, Integer::sum) > maxPerKey) {
      release(key);
      return Problem.tooMany(
          "At most " + maxPerKey + " requests of one key are answered at once.", RETRY_SECONDS);
    }
    return null;
  }

  /** Gives one back. */
  public void release(long key) {
    if (key != NO_KEY) {
      byKey.computeIfPresent(key, (k, held) -> held == 1 ? null : held - 1);
    }
    free.release();
  }

  /** For how many keys something is under way. */
  int keys() {
    return byKey.size();
  }
}
