package io.adplatform.runtime.lane;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.Ticker;

/**
 * The event loop of a lane. It does not block while a wake-up is pending, so that one that comes
 * between the lane's last look at its inputs and the selector is not lost.
 */
final class LaneEventLoop extends ManualIoEventLoop {
  private volatile boolean wakeupPending;

  LaneEventLoop(IoEventLoopGroup parent, IoHandlerFactory factory, Ticker ticker) {
    super(parent, null, factory, ticker);
  }

  /** Ends the block in the selector, or keeps the next one from happening. Any thread. */
  void requestWakeup() {
    if (!wakeupPending) {
      wakeupPending = true;
      wakeup();
    }
  }

  /** Called by the lane before it looks at its inputs. */
  void takeWakeup() {
    if (wakeupPending) {
      wakeupPending = false;
    }
  }

  @Override
  protected boolean canBlock() {
    return !wakeupPending;
  }
}
