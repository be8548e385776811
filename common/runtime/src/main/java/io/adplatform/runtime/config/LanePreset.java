package io.adplatform.runtime.config;

/** How lanes wait and share cores. */
public enum LanePreset {
  /** Blocks early, for a bounded time, and shares the cores with everything else. */
  LAPTOP,
  /** Pinned to cores, never blocks. */
  LATENCY,
  /** No threads: a test turns the crank, on a virtual clock. */
  STEPPED
}
