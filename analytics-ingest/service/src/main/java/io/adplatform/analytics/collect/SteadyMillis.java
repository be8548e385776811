package io.adplatform.analytics.collect;

import java.util.concurrent.TimeUnit;

/**
 * Milliseconds since 1970 that never go back, whatever the machine's clock does, and that follow a
 * leap of it only once it has lasted: a clock that was set wrong and is put right again leaves them
 * as they were. Of one thread.
 */
public final class SteadyMillis {
  /** Less is the clock's own correction, and is followed at once. */
  static final long LEAP_MILLIS = TimeUnit.SECONDS.toMillis(5);

  /** A machine that slept, or that begins with a wrong clock, has the right time after this. */
  static final long LASTING_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final long floorMillis;
  private boolean begun;
  private long lastMillis;
  private long baseMillis;
  private long baseNanos;
  private boolean leapt;
  private long leaptNanos;

  /** A time that is never before {@code floorMillis}. */
  public SteadyMillis(long floorMillis) {
    this.floorMillis = floorMillis;
    this.lastMillis = floorMillis;
  }

  /**
   * The time.
   *
   * @param clockMillis what the machine's clock says, milliseconds since 1970
   * @param nanos monotonic nanoseconds, read together with it
   */
  public long at(long clockMillis, long nanos) {
    long passedMillis = TimeUnit.NANOSECONDS.toMillis(nanos - baseNanos);
    boolean ahead = begun && clockMillis - baseMillis - passedMillis > LEAP_MILLIS;
    if (ahead && !leapt) {
      leaptNanos = nanos;
    }
    leapt = ahead;
    if (ahead && nanos - leaptNanos < LASTING_NANOS) {
      lastMillis = Math.max(lastMillis, Math.max(floorMillis, baseMillis + passedMillis));
      return lastMillis;
    }
    begun = true;
    leapt = false;
    baseMillis = clockMillis;
    baseNanos = nanos;
    lastMillis = Math.max(lastMillis, clockMillis);
    return lastMillis;
  }
}
