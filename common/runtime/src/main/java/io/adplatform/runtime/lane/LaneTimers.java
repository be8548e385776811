package io.adplatform.runtime.lane;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The deadlines of one lane, in a timer wheel that the lane polls. Owned by the lane's thread.
 * Nothing is allocated once as many timers have been set as are ever set at a time.
 */
public final class LaneTimers {
  /** No timer; what a cancelled or fired timer's owner may keep instead of its id. */
  public static final long NO_TIMER = DeadlineTimerWheel.NULL_DEADLINE;

  /** A timer fires at most this much late on a lane that is not busy: 2^20 ns. */
  private static final long TICK_NANOS = 1 << 20;

  /** Half a second of ticks: longer than most deadlines, so that few wait for another turn. */
  private static final int TICKS_PER_WHEEL = 512;

  private static final int INITIAL_PER_TICK = 16;

  /** So many timers fire in one cycle; the rest in the next, so that I/O is not starved. */
  private static final int MAX_PER_CYCLE = 256;

  private static final long NEVER = Long.MAX_VALUE;

  private final DeadlineTimerWheel wheel;
  private final Consumer<Throwable> onError;
  private final DeadlineTimerWheel.TimerHandler onExpiry = this::onExpiry;
  private final DeadlineTimerWheel.TimerConsumer onEach = this::onEach;
  private final Long2ObjectHashMap<LaneTimer> timers = new Long2ObjectHashMap<>();
  private long earliestNanos = NEVER;
  private boolean earliestGone;

  /**
   * @param onError told of what a timer throws; the others fire all the same
   */
  LaneTimers(long nowNanos, Consumer<Throwable> onError) {
    this.onError = onError;
    wheel =
        new DeadlineTimerWheel(
            TimeUnit.NANOSECONDS, nowNanos, TICK_NANOS, TICKS_PER_WHEEL, INITIAL_PER_TICK);
  }

  /**
   * Calls {@code timer} once after the deadline.
   *
   * @param deadlineNanos on the lane's clock; one in the past fires in the next cycle
   * @return the id to cancel it with
   */
  public long schedule(long deadlineNanos, LaneTimer timer) {
    long id = wheel.scheduleTimer(deadlineNanos);
    timers.put(id, timer);
    if (earliestNanos == NEVER || deadlineNanos < earliestNanos) {
      earliestNanos = deadlineNanos;
    }
    return id;
  }

  /**
   * Takes a timer back.
   *
   * @param id what {@code schedule} returned; ids are used again, hence the second parameter
   * @param timer what was scheduled with it
   * @return false if it has fired or was never set
   */
  public boolean cancel(long id, LaneTimer timer) {
    if (timers.get(id) != timer) {
      return false;
    }
    timers.remove(id);
    return wheel.cancelTimer(id);
  }

  /** How many are set. */
  public int count() {
    return timers.size();
  }

  int poll(long nowNanos) {
    if (earliestNanos == NEVER || nowNanos < earliestNanos) {
      return 0;
    }
    // Nothing is due before the earliest, so the wheel need not be walked up to it.
    wheel.currentTickTime(earliestNanos);
    int fired = 0;
    long tick;
    do {
      tick = wheel.currentTickTime();
      fired += wheel.poll(nowNanos, onExpiry, MAX_PER_CYCLE - fired);
    } while (wheel.currentTickTime() != tick && fired < MAX_PER_CYCLE);
    findEarliest();
    return fired;
  }

  /** When the next one is due, or {@code Long.MAX_VALUE}; never later than it is. */
  long earliestNanos() {
    return earliestNanos;
  }

  private boolean onExpiry(TimeUnit unit, long nowNanos, long id) {
    LaneTimer timer = timers.remove(id);
    try {
      timer.onTimer(nowNanos);
    } catch (RuntimeException | Error e) {
      onError.accept(e);
    }
    return true;
  }

  private void findEarliest() {
    earliestGone = true;
    if (wheel.timerCount() > 0) {
      wheel.forEach(onEach);
    }
    if (earliestGone) {
      earliestNanos = NEVER;
    }
  }

  private void onEach(long deadlineNanos, long id) {
    if (earliestGone || deadlineNanos < earliestNanos) {
      earliestNanos = deadlineNanos;
      earliestGone = false;
    }
  }
}
