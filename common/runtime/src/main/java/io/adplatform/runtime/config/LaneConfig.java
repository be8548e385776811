package io.adplatform.runtime.config;

import java.util.List;

/**
 * How many lanes there are and how they run.
 *
 * @param preset how they wait
 * @param lanes how many, 1 to {@value #MAX_LANES}
 * @param cores the cores that lanes are pinned to, lane i to the i-th; empty: not pinned
 * @param blockNanos the longest an idle lane blocks in the selector; 0 never blocks
 * @param stuckNanos a duty cycle longer than this is reported with the lane's stack
 * @param taskCapacity tasks from other threads that may wait for a lane, a power of two
 */
public record LaneConfig(
    LanePreset preset,
    int lanes,
    List<Integer> cores,
    long blockNanos,
    long stuckNanos,
    int taskCapacity) {
  /** A lane's number has 16 bits in an auction id; more than this on one machine is a mistake. */
  public static final int MAX_LANES = 256;

  /** Long enough to cost nothing when idle: whatever matters wakes the lane. */
  private static final long LAPTOP_BLOCK_NANOS = 100_000_000;

  private static final long DEFAULT_STUCK_NANOS = 500_000_000;

  /**
   * A lane gets a few tasks a second (a new catalogue, new leases); a burst of these still fits.
   */
  private static final int TASK_CAPACITY = 1024;

  private static final int MAX_CORE = 1023;

  /** Checks what the settings cannot have checked. */
  public LaneConfig {
    cores = List.copyOf(cores);
    if (lanes < 1 || lanes > MAX_LANES) {
      throw Settings.wrong("lanes", Integer.toString(lanes), "from 1 to " + MAX_LANES);
    }
    if (!cores.isEmpty() && cores.size() < lanes) {
      throw Settings.wrong("lane-cores", cores.toString(), "one core for each of the lanes");
    }
    if (Integer.bitCount(taskCapacity) != 1) {
      throw Settings.wrong("lane-tasks", Integer.toString(taskCapacity), "a power of two");
    }
  }

  /** One lane that shares the machine. */
  public static LaneConfig laptop() {
    return of(LanePreset.LAPTOP, 1, List.of());
  }

  /** Lanes that never block, each pinned to one of the cores (as many lanes as cores). */
  public static LaneConfig latency(List<Integer> cores) {
    return of(LanePreset.LATENCY, Math.max(1, cores.size()), cores);
  }

  /** Lanes without threads. */
  public static LaneConfig stepped(int lanes) {
    return of(LanePreset.STEPPED, lanes, List.of());
  }

  /** From {@code preset}, {@code lanes}, {@code lane-cores}, {@code lane-stuck-millis}. */
  public static LaneConfig of(Settings settings) {
    LanePreset preset = settings.choice("preset", LanePreset.LAPTOP, LanePreset.class);
    if (preset == LanePreset.STEPPED) {
      throw Settings.wrong("preset", preset.name(), "LAPTOP or LATENCY");
    }
    List<Integer> cores = settings.integers("lane-cores", 0, MAX_CORE);
    int lanes = settings.integer("lanes", Math.max(1, cores.size()), 1, MAX_LANES);
    LaneConfig base = of(preset, lanes, cores);
    long stuckMillis = settings.longInteger("lane-stuck-millis", 500, 10, 60_000);
    return new LaneConfig(
        preset, lanes, cores, base.blockNanos(), stuckMillis * 1_000_000, TASK_CAPACITY);
  }

  private static LaneConfig of(LanePreset preset, int lanes, List<Integer> cores) {
    long blockNanos = preset == LanePreset.LAPTOP ? LAPTOP_BLOCK_NANOS : 0;
    return new LaneConfig(preset, lanes, cores, blockNanos, DEFAULT_STUCK_NANOS, TASK_CAPACITY);
  }
}
