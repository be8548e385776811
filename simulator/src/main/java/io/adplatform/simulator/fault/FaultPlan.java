package io.adplatform.simulator.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Which faults there are, which are on now, and which of them had something to strike. */
public final class FaultPlan {
  /** One fault begins in so many seconds, on average. */
  private static final int SECONDS_PER_FAULT = 40;

  /** What a node records first may wait for so long before it is shipped: longer than a token. */
  private static final long FIRST_STALL_MILLIS = 240_000;

  private static final FaultKind[] KINDS = FaultKind.values();
  private static final FaultKind[] AT_ANY_TIME =
      Arrays.stream(KINDS).filter(kind -> kind.maxSeconds() > 0).toArray(FaultKind[]::new);

  private final List<Fault> faults;
  private final int nodes;
  private final int[][] severities;
  private final List<Fault> active = new ArrayList<>();
  private final Map<FaultKind, Long> struck = new EnumMap<>(FaultKind.class);
  private int next;

  /** Plays faults, in the order of their beginnings. */
  public FaultPlan(List<Fault> faults, int nodes) {
    this.faults = faults;
    this.nodes = nodes;
    this.severities = new int[KINDS.length][nodes];
  }

  /** Draws the faults of a seed for a simulation of so long. */
  public static List<Fault> draw(long seed, long durationMillis, int nodes) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 7);
    long count = Math.max(3, durationMillis / 1_000 / SECONDS_PER_FAULT);
    List<Fault> drawn = new ArrayList<>();
    long join = random.nextLong(durationMillis);
    int collector = nodes - 1;
    drawn.add(new Fault(0, FaultKind.NODE_JOINS_LATE, collector, 0, join, 100));
    // Nothing is known of it then but that it registered.
    long stall = random.nextLong(FIRST_STALL_MILLIS);
    drawn.add(new Fault(0, FaultKind.SHIPPING_STALLS, collector, join, join + stall, 100));
    for (long i = 0; i < count; i++) {
      FaultKind kind = AT_ANY_TIME[random.nextInt(AT_ANY_TIME.length)];
      long from = random.nextLong(durationMillis);
      long length = 500 + random.nextLong(kind.maxSeconds() * 1_000L);
      int node = kind.isOfNode() ? random.nextInt(nodes) : -1;
      drawn.add(new Fault(0, kind, node, from, from + length, 1 + random.nextInt(100)));
    }
    drawn.sort(Comparator.comparingLong(Fault::fromMillis));
    List<Fault> numbered = new ArrayList<>();
    for (Fault one : drawn) {
      numbered.add(
          new Fault(
              numbered.size(),
              one.kind(),
              one.node(),
              one.fromMillis(),
              one.toMillis(),
              one.severity()));
    }
    return numbered;
  }

  /** Moves on to a time since the start. */
  public void moveTo(long millis) {
    boolean changed = active.removeIf(fault -> fault.toMillis() <= millis);
    while (next < faults.size() && faults.get(next).fromMillis() <= millis) {
      active.add(faults.get(next++));
      changed = true;
    }
    if (changed) {
      for (int[] ofKind : severities) {
        Arrays.fill(ofKind, 0);
      }
      for (Fault fault : active) {
        int[] ofKind = severities[fault.kind().ordinal()];
        for (int node = 0; node < nodes; node++) {
          boolean strikes = fault.node() < 0 || fault.node() == node;
          ofKind[node] = strikes ? Math.max(ofKind[node], fault.severity()) : ofKind[node];
        }
      }
    }
  }

  /** Ends all faults: none begins any more. */
  public void end() {
    next = faults.size();
    moveTo(Long.MAX_VALUE);
  }

  /** How severe a fault is for a node now, 1 to 100; 0 where there is none. */
  public int severity(FaultKind kind, int node) {
    return severities[kind.ordinal()][node];
  }

  /** How severe a fault that strikes all is now. */
  public int severity(FaultKind kind) {
    return severities[kind.ordinal()][0];
  }

  /** Whether a fault strikes a node now. */
  public boolean is(FaultKind kind, int node) {
    return severities[kind.ordinal()][node] > 0;
  }

  /** Whether a fault that strikes all is on. */
  public boolean is(FaultKind kind) {
    return severities[kind.ordinal()][0] > 0;
  }

  /**
   * Whether a fault is on, or will be within so many milliseconds.
   *
   * @param nowMillis of {@link #moveTo}
   */
  public boolean comes(FaultKind kind, long nowMillis, long withinMillis) {
    boolean comes = is(kind);
    for (int i = next; i < faults.size() && !comes; i++) {
      Fault fault = faults.get(i);
      if (fault.fromMillis() > nowMillis + withinMillis) {
        break;
      }
      comes = fault.kind() == kind;
    }
    return comes;
  }

  /** Notes that a fault had an effect. */
  public void struck(FaultKind kind) {
    struck.merge(kind, 1L, Long::sum);
  }

  /** How often each kind had an effect. */
  public Map<FaultKind, Long> struck() {
    return struck;
  }
}
