package io.adplatform.loadtest.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.Bid;
import io.adplatform.loadtest.exchange.Ssp;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The load: some callers that ask for bids at a bounded rate and fire the beacons of what they won.
 * A beacon without an answer is fired again until it has one, or is too old; one in ten is fired
 * twice.
 */
public final class Traffic implements AutoCloseable {
  private static final int CALLERS = 8;
  private static final int OK = 200;
  private static final int REPEATED = 10;
  private static final String PRICE = "15.5";
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Bids in apps hold for 300 s and are charged for 15 s more; a caller gives up before. */
  private static final long GIVE_UP_NANOS = 280 * NANOS_PER_SECOND;

  /** Longest that a caller waits after a failure. */
  private static final long PAUSE_NANOS = NANOS_PER_SECOND / 4;

  /** A caller that holds so many beacons without an answer asks for no more bids. */
  private static final int MOST_WAITING = 2_000;

  private final Ssp ssp;
  private final Market market;
  private final Beacons beacons;
  private final long intervalNanos;
  private final AtomicLong number = new AtomicLong();
  private final AtomicLong bids = new AtomicLong();
  private final List<Thread> callers = new ArrayList<>();
  private volatile boolean asking = true;
  private volatile boolean holding;
  private volatile boolean closed;

  /** A beacon that waits for its answer. */
  private record Shot(String auctionId, String address, Beacons.Due due, long wonNanos) {}

  /** Starts so many requests a second, one tenth of them with a beacon that is repeated. */
  public Traffic(Ssp ssp, Market market, Beacons beacons, int perSecond, long seed) {
    this.ssp = ssp;
    this.market = market;
    this.beacons = beacons;
    this.intervalNanos = CALLERS * NANOS_PER_SECOND / perSecond;
    for (int i = 0; i < CALLERS; i++) {
      SplittableRandom random = new SplittableRandom(seed + i);
      callers.add(Thread.ofPlatform().name("caller-" + i).start(() -> call(random)));
    }
  }

  /** Bids received so far. */
  public long bids() {
    return bids.get();
  }

  /** Has the beacons of what is won kept back, or fired again. */
  public void hold(boolean value) {
    holding = value;
  }

  /** Asks for no more bids, and waits until every beacon has its answer or is too old. */
  public void finish() throws InterruptedException {
    asking = false;
    for (Thread caller : callers) {
      caller.join();
    }
  }

  @Override
  public void close() {
    closed = true;
    asking = false;
  }

  private void call(SplittableRandom random) {
    Deque<Shot> waiting = new ArrayDeque<>();
    long due = System.nanoTime();
    try {
      while (!closed && (asking || !waiting.isEmpty())) {
        boolean firing = !holding && !waiting.isEmpty();
        if (firing && !fire(waiting.peek(), random)) {
          LockSupport.parkNanos(PAUSE_NANOS);
          if (System.nanoTime() - waiting.peek().wonNanos() > GIVE_UP_NANOS) {
            waiting.remove();
          }
        } else if (firing) {
          waiting.remove();
        }
        long now = System.nanoTime();
        if (asking && now >= due && waiting.size() < MOST_WAITING) {
          due = Math.max(due + intervalNanos, now - NANOS_PER_SECOND);
          ask(waiting);
        } else if (waiting.isEmpty() || holding) {
          LockSupport.parkNanos(Math.max(1, due - now));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(Deque<Shot> waiting) throws InterruptedException {
    long request = number.getAndIncrement();
    JsonNode answer;
    try {
      answer = ssp.ask(market.request(request), false, "2.6").body();
    } catch (IOException e) {
      LockSupport.parkNanos(PAUSE_NANOS);
      return;
    }
    JsonNode bid = answer.path("seatbid").path(0).path("bid").path(0);
    Market.LineItem lineItem = market.lineItem(request);
    if (!isOurs(bid, lineItem)) {
      market.refused(lineItem);
      return;
    }
    bids.incrementAndGet();
    long cost = perImpression(new BigDecimal(PRICE).min(bid.path("price").decimalValue()));
    Beacons.Due due =
        new Beacons.Due(
            lineItem.id(), perImpression(BigDecimal.valueOf(lineItem.cpmMicros(), 6)), cost);
    Bid won = new Bid(bid);
    beacons.sent(won.id(), due);
    waiting.add(new Shot(won.id(), won.impression(PRICE), due, System.nanoTime()));
  }

  /** Line items of the sample bid where ours has nothing left. */
  private static boolean isOurs(JsonNode bid, Market.LineItem lineItem) {
    return bid.path("price").isNumber()
        && bid.path("price").decimalValue().compareTo(BigDecimal.valueOf(lineItem.cpmMicros(), 6))
            == 0;
  }

  /** Whether it was answered. */
  private boolean fire(Shot shot, SplittableRandom random) throws InterruptedException {
    if (!isTaken(shot)) {
      return false;
    }
    beacons.answered(shot.auctionId(), shot.due());
    if (random.nextInt(REPEATED) == 0 && isTaken(shot)) {
      beacons.answered(shot.auctionId(), shot.due());
    }
    return true;
  }

  private boolean isTaken(Shot shot) throws InterruptedException {
    int status = ssp.fire(shot.address());
    if (System.nanoTime() - shot.wonNanos() < GIVE_UP_NANOS) {
      beacons.fired(status);
    }
    return status == OK;
  }

  private static long perImpression(BigDecimal cpm) {
    return cpm.movePointRight(3).setScale(0, RoundingMode.HALF_EVEN).longValueExact();
  }
}
