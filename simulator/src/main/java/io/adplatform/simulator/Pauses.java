package io.adplatform.simulator;

import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** Which line items people pause when, and let go on, drawn from a seed. */
final class Pauses {
  private static final int TIMES = 5;
  private static final int TIMES_PER_DAY = 12;
  private static final long LONGEST_MILLIS = 1_200_000;

  private record Change(long atMillis, LineItem lineItem) {}

  private final Deque<Change> due = new ArrayDeque<>();
  private final List<LineItem> changed = new ArrayList<>();

  /** Of some line items, in so long. */
  Pauses(long seed, long durationMillis, List<LineItem> lineItems) {
    SplittableRandom random = new SplittableRandom(seed * 31 + 11);
    long times = TIMES + durationMillis / 86_400_000 * TIMES_PER_DAY;
    List<Change> changes = new ArrayList<>();
    for (long i = 0; i < times; i++) {
      LineItem lineItem = lineItems.get(random.nextInt(lineItems.size()));
      long from = random.nextLong(durationMillis);
      long longest = Math.min(LONGEST_MILLIS, Math.max(2, durationMillis / 4));
      changes.add(new Change(from, with(lineItem, Status.PAUSED)));
      changes.add(new Change(from + 1 + random.nextLong(longest), lineItem));
    }
    changes.sort(Comparator.comparingLong(Change::atMillis));
    due.addAll(changes);
  }

  /** What has changed until now, since it was asked last. */
  List<LineItem> due(long millis) {
    changed.clear();
    while (!due.isEmpty() && due.element().atMillis <= millis) {
      changed.add(due.remove().lineItem);
    }
    return changed;
  }

  static LineItem with(LineItem of, Status status) {
    return new LineItem(
        of.id(),
        of.accountId(),
        of.advertiserId(),
        of.campaignId(),
        of.name(),
        status,
        of.bidCpmMicros(),
        of.creativeIds(),
        of.budget(),
        of.startAt(),
        of.endAt(),
        of.targeting(),
        of.frequencyCaps(),
        of.pacing(),
        of.price(),
        of.dealOnly());
  }
}
