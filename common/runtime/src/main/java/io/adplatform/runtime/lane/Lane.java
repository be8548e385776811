package io.adplatform.runtime.lane;

import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.metrics.EnumCounters;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread and all it owns. A duty cycle is: network I/O, tasks of other threads, agents, timers;
 * then, after one without work, a bounded block in the selector. Methods are for the lane's own
 * thread, save those that say otherwise.
 */
public final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** So many tasks of other threads run in a cycle, so that they do not starve the network. */
  private static final int TASKS_PER_CYCLE = 64;

  /** A lane that throws does so again and again: one line a second is enough. */
  private static final long ERROR_LOG_NANOS = 1_000_000_000;

  private static final Agent[] NONE = {};

  private final int index;
  private final LaneEventLoop loop;
  private final LaneClock clock;
  private final LaneTimers timers;
  private final ManyToOneConcurrentArrayQueue<Runnable> tasks;
  private final EnumCounters<LaneCount> counters = new EnumCounters<>(LaneCount.class);
  private final AtomicLong tasksRefused = new AtomicLong();
  private final AtomicLong stuck = new AtomicLong();

  /** When the present cycle began, for the watchdog; written by the lane alone. */
  private final AtomicLong cycleStart = new AtomicLong();

  private Agent[] agents = NONE;
  private Context context;
  private volatile Thread thread;
  private long blockNanos;
  private long nowNanos;
  private long nowMillis;
  private boolean timeStale;
  private long errorLoggedNanos;

  Lane(int index, LaneEventLoop loop, LaneClock clock, LaneConfig config) {
    this.index = index;
    this.loop = loop;
    this.clock = clock;
    this.blockNanos = config.blockNanos();
    this.tasks = new ManyToOneConcurrentArrayQueue<>(config.taskCapacity());
    readTime();
    this.timers = new LaneTimers(nowNanos, error -> onError("timer", error));
    this.errorLoggedNanos = nowNanos - ERROR_LOG_NANOS;
    this.cycleStart.setRelease(nowNanos);
  }

  /** Its number, from 0. Any thread. */
  public int index() {
    return index;
  }

  /** Monotonic nanoseconds, read once per duty cycle; comparable among the lanes of a process. */
  public long nowNanos() {
    if (timeStale) {
      readTime();
    }
    return nowNanos;
  }

  /** Milliseconds since 1970, read together with {@link #nowNanos()}. */
  public long nowMillis() {
    if (timeStale) {
      readTime();
    }
    return nowMillis;
  }

  /** Its deadlines. */
  public LaneTimers timers() {
    return timers;
  }

  /** The Vert.x context on which HTTP servers and clients of this lane are made. Any thread. */
  public Context context() {
    return context;
  }

  /** Its Netty event loop. Any thread. */
  public EventLoop eventLoop() {
    return loop;
  }

  /** Whether the calling thread is this lane's. Any thread. */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /**
   * Has an agent turned in each duty cycle from now on: {@code onStart} first, {@code onClose} when
   * the lane ends. Any thread; from another one it takes effect in the lane's next cycle.
   *
   * @throws IllegalStateException if the lane has no room for another task
   */
  public void add(Agent agent) {
    if (isCurrent()) {
      addHere(agent);
    } else if (!execute(() -> addHere(agent))) {
      throw new IllegalStateException("lane " + index + " takes no more tasks");
    }
  }

  /**
   * Runs a task on the lane and wakes it. Any thread.
   *
   * @return false if too many tasks wait already; the task is not run then
   */
  public boolean execute(Runnable task) {
    if (!tasks.offer(task)) {
      tasksRefused.incrementAndGet();
      return false;
    }
    wakeup();
    return true;
  }

  /** Ends the block of an idle lane, so that its agents look at their inputs. Any thread; cheap. */
  public void wakeup() {
    loop.requestWakeup();
  }

  /**
   * Lets the lane block for no longer than this from now on: for an agent whose input cannot wake
   * it (another process writes to it).
   */
  public void blockAtMost(long nanos) {
    blockNanos = Math.min(blockNanos, nanos);
  }

  /** What it counted. Any thread. */
  public long count(LaneCount count) {
    return switch (count) {
      case TASKS_REFUSED -> tasksRefused.get();
      case STUCK -> stuck.get();
      default -> counters.get(count);
    };
  }

  /** One duty cycle. Returns how much work it did. */
  int turn(boolean mayBlock) {
    readTime();
    long started = nowNanos;
    cycleStart.setRelease(started);
    loop.takeWakeup();
    int work = loop.runNow() + runTasks() + runAgents() + timers.poll(nowNanos);
    counters.increment(LaneCount.CYCLES);
    if (work > 0) {
      counters.add(LaneCount.BUSY_NANOS, clock.nanos().nanoTime() - started);
    } else if (mayBlock && blockNanos > 0) {
      work = block();
    }
    return work;
  }

  private int block() {
    long wait = Math.min(blockNanos, timers.earliestNanos() - nowNanos);
    if (wait <= 0) {
      return 0;
    }
    counters.increment(LaneCount.BLOCKS);
    // The selector's events are handled before this returns: time is read when they first ask.
    timeStale = true;
    int work = loop.run(wait);
    if (work > 0 && !timeStale) {
      counters.add(LaneCount.BUSY_NANOS, clock.nanos().nanoTime() - nowNanos);
    }
    return work;
  }

  private int runTasks() {
    int ran = 0;
    while (ran < TASKS_PER_CYCLE) {
      Runnable task = tasks.poll();
      if (task == null) {
        break;
      }
      ran++;
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        onError("task", e);
      }
    }
    return ran;
  }

  private int runAgents() {
    int work = 0;
    Agent[] turning = agents;
    for (int i = 0; i < turning.length; i++) {
      try {
        work += turning[i].doWork();
      } catch (AgentTerminationException e) {
        remove(turning[i]);
      } catch (Exception | Error e) {
        onError(turning[i].roleName(), e);
      }
    }
    return work;
  }

  private void addHere(Agent agent) {
    try {
      agent.onStart();
    } catch (RuntimeException | Error e) {
      onError(agent.roleName(), e);
    }
    agents = Arrays.copyOf(agents, agents.length + 1);
    agents[agents.length - 1] = agent;
  }

  private void remove(Agent agent) {
    agents = Arrays.stream(agents).filter(other -> other != agent).toArray(Agent[]::new);
    closeAgent(agent);
  }

  /** Ends the agents, the last added first. */
  void closeAgents() {
    Agent[] closing = agents;
    agents = NONE;
    for (int i = closing.length - 1; i >= 0; i--) {
      closeAgent(closing[i]);
    }
  }

  private void closeAgent(Agent agent) {
    try {
      agent.onClose();
    } catch (RuntimeException | Error e) {
      onError(agent.roleName(), e);
    }
  }

  /** Counts what was thrown on this lane, and logs it once a second at most. */
  void onError(String role, Throwable error) {
    counters.increment(LaneCount.ERRORS);
    if (nowNanos - errorLoggedNanos >= ERROR_LOG_NANOS) {
      errorLoggedNanos = nowNanos;
      LOG.error("lane={} agent={} failed and goes on", index, role, error);
    }
  }

  private void readTime() {
    nowNanos = clock.nanos().nanoTime();
    nowMillis = clock.millis().time();
    timeStale = false;
  }

  void own(Thread owner) {
    loop.setOwningThread(owner);
    thread = owner;
  }

  Thread thread() {
    return thread;
  }

  void context(Context value) {
    context = value;
  }

  boolean isTerminated() {
    return loop.isTerminated();
  }

  long cycleStartNanos() {
    return cycleStart.getAcquire();
  }

  void countStuck() {
    stuck.incrementAndGet();
  }
}
