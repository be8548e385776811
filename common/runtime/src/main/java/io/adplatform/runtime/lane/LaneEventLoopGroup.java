package io.adplatform.runtime.lane;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultithreadEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** The event loops of the lanes, as Vert.x wants to have them. It starts no thread. */
@SuppressWarnings("deprecation") // both supertypes still declare the older register methods
final class LaneEventLoopGroup extends MultithreadEventLoopGroup implements IoEventLoopGroup {
  LaneEventLoopGroup(int lanes, IoHandlerFactory factory, Ticker ticker) {
    super(lanes, (Executor) null, factory, ticker);
  }

  /** The loops, in the order of the lanes. */
  List<LaneEventLoop> loops() {
    List<LaneEventLoop> loops = new ArrayList<>();
    for (EventExecutor executor : this) {
      loops.add((LaneEventLoop) executor);
    }
    return loops;
  }

  @Override
  public IoEventLoop next() {
    return (IoEventLoop) super.next();
  }

  @Override
  protected LaneEventLoop newChild(Executor executor, Object... args) {
    return new LaneEventLoop(this, (IoHandlerFactory) args[0], (Ticker) args[1]);
  }
}
