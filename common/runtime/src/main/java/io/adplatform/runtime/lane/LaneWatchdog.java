package io.adplatform.runtime.lane;

import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that reports a lane whose duty cycle takes too long, once per cycle, with its stack. */
final class LaneWatchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneWatchdog.class);

  /** So often within the bound it looks, so that a report is at most a quarter late. */
  private static final int LOOKS_PER_BOUND = 4;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** The native calls in which epoll's and NIO's selectors wait. */
  private static final Set<String> SELECTORS =
      Set.of("epollWait", "epollWait0", "epollBusyWait0", "wait");

  private static final int SELECTOR_FRAMES = 2;

  private final List<Lane> lanes;
  private final long stuckNanos;
  private final long[] reported;
  private volatile boolean closed;

  LaneWatchdog(List<Lane> lanes, long stuckNanos) {
    this.lanes = lanes;
    this.stuckNanos = stuckNanos;
    this.reported = new long[lanes.size()];
  }

  void start() {
    Thread.ofPlatform().daemon().name("lane-watchdog").start(this::run);
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(stuckNanos / LOOKS_PER_BOUND);
      for (Lane lane : lanes) {
        look(lane);
      }
    }
  }

  private void look(Lane lane) {
    long started = lane.cycleStartNanos();
    long lasted = System.nanoTime() - started;
    Thread thread = lane.thread();
    if (lasted < stuckNanos || reported[lane.index()] == started || !thread.isAlive()) {
      return;
    }
    StackTraceElement[] stack = thread.getStackTrace();
    if (lane.cycleStartNanos() != started || waitsInSelector(stack)) {
      return;
    }
    reported[lane.index()] = started;
    lane.countStuck();
    StringBuilder text = new StringBuilder();
    for (StackTraceElement element : stack) {
      text.append("\n\tat ").append(element);
    }
    LOG.error(
        "lane={} stuck for {} ms in one duty cycle:{}",
        lane.index(),
        lasted / NANOS_PER_MILLI,
        text);
  }

  /** A lane that may block for longer than the bound is idle there, not stuck. */
  private static boolean waitsInSelector(StackTraceElement[] stack) {
    for (int i = 0; i < Math.min(SELECTOR_FRAMES, stack.length); i++) {
      if (stack[i].isNativeMethod() && SELECTORS.contains(stack[i].getMethodName())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    closed = true;
  }
}
