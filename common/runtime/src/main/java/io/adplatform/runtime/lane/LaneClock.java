package io.adplatform.runtime.lane;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.CachedEpochClock;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** The two times a lane reads; the system's, or a test's. */
record LaneClock(NanoClock nanos, EpochClock millis) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  static LaneClock system() {
    return new LaneClock(SystemNanoClock.INSTANCE, SystemEpochClock.INSTANCE);
  }

  /** A clock that stands until it is advanced. */
  static LaneClock virtual(long epochMillis) {
    CachedEpochClock millis = new CachedEpochClock();
    millis.update(epochMillis);
    CachedNanoClock nanos = new CachedNanoClock();
    nanos.update(epochMillis * NANOS_PER_MILLI);
    return new LaneClock(nanos, millis);
  }

  /** The same time for Netty's scheduled tasks. */
  Ticker ticker() {
    if (nanos == SystemNanoClock.INSTANCE) {
      return Ticker.systemTicker();
    }
    long initial = nanos.nanoTime();
    return new Ticker() {
      @Override
      public long initialNanoTime() {
        return initial;
      }

      @Override
      public long nanoTime() {
        return nanos.nanoTime();
      }

      @Override
      public void sleep(long delay, TimeUnit unit) {
        advance(unit.toNanos(delay));
      }
    };
  }

  /** Moves a virtual clock. */
  void advance(long byNanos) {
    long now = nanos.nanoTime() + byNanos;
    ((CachedNanoClock) nanos).update(now);
    ((CachedEpochClock) millis).update(now / NANOS_PER_MILLI);
  }
}
