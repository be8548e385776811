package io.adplatform.billing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A clock that stands until it is moved. Thread-safe. */
public final class TestClock implements InstantSource {
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private volatile Instant now;

  public TestClock(String now) {
    this.now = Instant.parse(now);
  }

  @Override
  public Instant instant() {
    if (failing.remove(Thread.currentThread().getName())) {
      throw new OutOfMemoryError("planted");
    }
    return now;
  }

  /** Throws an error at whatever thread of that name asks next, once. */
  public void failOnce(String thread) {
    failing.add(thread);
  }

  /** Whether that has not happened yet. */
  public boolean isToFail(String thread) {
    return failing.contains(thread);
  }

  public void set(String instant) {
    now = Instant.parse(instant);
  }

  public void advance(Duration by) {
    now = now.plus(by);
  }
}
