package io.adplatform.runtime.lane;

/** What a lane calls when a deadline has passed. */
@FunctionalInterface
public interface LaneTimer {
  /**
   * The deadline has passed; called once per scheduling, on the lane.
   *
   * @param nowNanos the lane's time
   */
  void onTimer(long nowNanos);
}
