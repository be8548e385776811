package io.adplatform.runtime.lane;

/** What a lane counts of itself. */
public enum LaneCount {
  /** Duty cycles. */
  CYCLES,
  /** Nanoseconds spent in cycles that did some work. */
  BUSY_NANOS,
  /** Times it blocked in the selector. */
  BLOCKS,
  /** Exceptions that an agent, a timer or a task threw. */
  ERRORS,
  /** Tasks of other threads it had no room for. */
  TASKS_REFUSED,
  /** Times its duty cycle exceeded the bound. */
  STUCK
}
