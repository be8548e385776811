package io.adplatform.loadtest.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Judges a series of samples: after the warm-up, its first quarter, the median of the last third
 * may lie above that of the first third by so much and no more.
 */
final class Growth {
  /** The part of a run in which code is compiled, pools fill and caches come to their bounds. */
  private static final int WARM_UP = 4;

  private static final int THIRDS = 3;

  /** Fewer samples after the warm-up say nothing. */
  static final int LEAST_SAMPLES = 6;

  /**
   * What may grow how far.
   *
   * @param share of what it was
   * @param more and besides, in its own unit: collections, sessions and pages come and go
   */
  private record Bound(String what, ToLongFunction<Sample> of, double share, long more) {}

  private static final List<Bound> BOUNDS =
      List.of(
          new Bound("resident KiB", Sample::residentKib, 0.10, 32 << 10),
          new Bound("heap KiB after a collection", Sample::heapKib, 0.05, 8 << 10),
          new Bound("native KiB", Sample::nativeKib, 0.05, 8 << 10),
          new Bound("file descriptors", Sample::files, 0.05, 16),
          new Bound("threads", Sample::threads, 0.05, 8));

  private Growth() {}

  /** What has grown beyond its bound; empty where nothing has. */
  static List<String> beyondBounds(Part part, List<Sample> samples) {
    List<Sample> warm = samples.subList(samples.size() / WARM_UP, samples.size());
    List<String> grown = new ArrayList<>();
    if (warm.size() < LEAST_SAMPLES) {
      grown.add(part + ": " + warm.size() + " samples after the warm-up say nothing");
      return grown;
    }
    int third = warm.size() / THIRDS;
    for (Bound bound : BOUNDS) {
      long first = median(warm.subList(0, third), bound.of);
      long last = median(warm.subList(warm.size() - third, warm.size()), bound.of);
      if (last > first + first * bound.share + bound.more) {
        grown.add("%s: %s grew from %d to %d".formatted(part, bound.what, first, last));
      }
    }
    return grown;
  }

  private static long median(List<Sample> samples, ToLongFunction<Sample> of) {
    return samples.stream().mapToLong(of).sorted().toArray()[samples.size() / 2];
  }
}
