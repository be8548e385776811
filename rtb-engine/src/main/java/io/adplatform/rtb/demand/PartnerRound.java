package io.adplatform.rtb.demand;

import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.LaneTimer;
import io.adplatform.runtime.lane.LaneTimers;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.partner.PartnerAnswer;

/**
 * What the partners are asked about one request, and what they answered. It is over when each has
 * answered, or its deadline has passed. Reused by one lane, with the request that waits for it.
 */
public final class PartnerRound implements LaneTimer {
  /** Told of a round that is over. */
  @FunctionalInterface
  public interface Listener {
    /** Called once, from the lane's event loop or its timers. */
    void onAnswers(PartnerRound round);
  }

  /** Partners asked about one request; those beyond are counted. */
  public static final int MAX_CALLS = 64;

  private final Listener listener;
  private final PartnerCall[] calls = new PartnerCall[MAX_CALLS];
  private int count;
  private int open;
  private boolean asking;
  private Lane lane;
  private BidRequest request;
  private long timer = LaneTimers.NO_TIMER;

  /** The low half of the auction id of the request's first imp. */
  public long firstLo;

  /** When the first was asked, on the clock of {@link System#nanoTime}. */
  public long askedNanos;

  /** A round whose end a listener is told of. */
  public PartnerRound(Listener listener) {
    this.listener = listener;
  }

  void begin(Lane ofLane, BidRequest asked) {
    lane = ofLane;
    request = asked;
    count = 0;
    open = 0;
    asking = true;
  }

  BidRequest request() {
    return request;
  }

  boolean isFull() {
    return count == MAX_CALLS;
  }

  void add(PartnerCall call) {
    calls[count++] = call;
    open++;
  }

  boolean endAsking() {
    asking = false;
    if (open > 0) {
      timer = lane.timers().schedule(earliestDeadline(), this);
    }
    return open > 0;
  }

  void onDone() {
    if (--open == 0 && !asking) {
      lane.timers().cancel(timer, this);
      timer = LaneTimers.NO_TIMER;
      listener.onAnswers(this);
    }
  }

  @Override
  public void onTimer(long nowNanos) {
    timer = LaneTimers.NO_TIMER;
    for (int i = 0; i < count; i++) {
      PartnerCall call = calls[i];
      if (call != null && call.isOpen() && nowNanos - call.deadlineNanos() >= 0) {
        // From now on it is the client's, which may use it for another round.
        calls[i] = null;
        open--;
        call.expire();
      }
    }
    if (open == 0) {
      listener.onAnswers(this);
    } else {
      timer = lane.timers().schedule(earliestDeadline(), this);
    }
  }

  private long earliestDeadline() {
    long earliest = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      if (calls[i] != null && calls[i].isOpen()) {
        earliest = Math.min(earliest, calls[i].deadlineNanos());
      }
    }
    return earliest;
  }

  /** How many partners were asked. */
  public int count() {
    return count;
  }

  /**
   * The answer of a partner with bids, by index below {@link #count()}; null where there is none.
   */
  public PartnerAnswer answer(int index) {
    return calls[index] != null && calls[index].hasBids() ? calls[index].answer() : null;
  }

  /** What a partner was asked that has an {@link #answer}. */
  public PartnerAsked asked(int index) {
    return calls[index].asked();
  }

  void release() {
    lane.timers().cancel(timer, this);
    timer = LaneTimers.NO_TIMER;
    for (int i = 0; i < count; i++) {
      if (calls[i] != null) {
        calls[i].release();
        calls[i] = null;
      }
    }
    count = 0;
    open = 0;
  }
}
