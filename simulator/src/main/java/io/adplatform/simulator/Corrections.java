package io.adplatform.simulator;

import io.adplatform.billing.ledger.Entry;
import io.adplatform.billing.memory.MemoryLedger;
import io.adplatform.simulator.audit.LedgerAuditor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/**
 * Invalid traffic that operators find late, drawn from a seed: now and then they take back some of
 * what an entry charged and owes.
 */
final class Corrections {
  /** Entries that are known to be corrected: those of some minutes. */
  static final int KEPT_ENTRIES = 1_000;

  private static final int TIMES = 8;
  private static final int TIMES_PER_DAY = 48;

  private final SplittableRandom random;
  private final Deque<Long> due = new ArrayDeque<>();

  /** In so long. */
  Corrections(long seed, long durationMillis) {
    random = new SplittableRandom(seed * 31 + 13);
    long times = TIMES + durationMillis / 86_400_000 * TIMES_PER_DAY;
    random.longs(times, 0, durationMillis).sorted().forEach(due::add);
  }

  /** Makes what is due. */
  void step(long millis, MemoryLedger ledger, LedgerAuditor auditor) {
    while (!due.isEmpty() && due.element() <= millis) {
      due.remove();
      long last = ledger.lastEntryId();
      long id = last - random.nextLong(Math.clamp(last, 1, KEPT_ENTRIES));
      Entry entry = ledger.entry(id);
      if (entry != null && entry.kind == Entry.Kind.SETTLED) {
        long credit = random.nextLong(entry.chargedMicros + 1);
        long debit = random.nextLong(entry.costMicros + 1);
        if (ledger.correct(id, credit, debit)) {
          auditor.corrected(entry.advertiserId, credit, debit);
        }
      }
    }
  }
}
