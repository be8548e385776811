package io.adplatform.simulator.audit;

import io.adplatform.billing.ledger.AccountKind;
import io.adplatform.billing.ledger.BookAccount;
import io.adplatform.billing.ledger.Entry;
import io.adplatform.billing.memory.MemoryLedger;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Holds ledger and reports against what settled events, payments and corrections come to. Amounts
 * are micros.
 */
public final class LedgerAuditor {
  /** Of each entry debits equal credits, and so of all. */
  static final String BALANCED = "debits equal credits";

  private static final String SUMS = "a balance is the sum of its entries";
  private static final String LEDGER = "the ledger is what settled says";
  private static final String REPORT = "the report is what settled says";
  private static final String BY_HAND = "what is made by hand is in the ledger";
  private static final long LATE_MILLIS = 7_200_000;

  private final MemoryLedger ledger;
  private final LongSupplier millis;
  private final SettledCells settled = new SettledCells();
  private final SettledCells posted = new SettledCells();
  private final Map<BookAccount, Long> balances = new TreeMap<>();
  private final Map<String, long[]> trial = new TreeMap<>();
  private final Map<Long, Long> corrected = new HashMap<>();
  private long checkedEntries;
  private long paid;
  private long credited;
  private long takenBack;
  private long corrections;

  /**
   * Over a ledger without entries.
   *
   * @param millis since the simulation's start
   */
  public LedgerAuditor(MemoryLedger ledger, LongSupplier millis) {
    this.ledger = ledger;
    this.millis = millis;
  }

  /** A message was written to {@code settled}. */
  public void written(byte[] message) {
    settled.add(message);
  }

  /** An advertiser paid. */
  public void paid(long micros) {
    paid += micros;
  }

  /** An operator took back some of what was charged and owed. */
  public void corrected(long advertiserId, long creditMicros, long debitMicros) {
    corrections++;
    credited += creditMicros;
    takenBack += debitMicros;
    corrected.merge(advertiserId, creditMicros, Long::sum);
  }

  /** What was given back to an advertiser. */
  public long correctedMicros(long advertiserId) {
    return corrected.getOrDefault(advertiserId, 0L);
  }

  /** How many corrections there were. */
  public long corrections() {
    return corrections;
  }

  /** Looks at the entries that are new. */
  public void checkEntries() {
    while (checkedEntries < ledger.lastEntryId()) {
      Entry entry = ledger.entry(++checkedEntries);
      long[] sums = trial.computeIfAbsent(entry.currency, key -> new long[2]);
      long sum = 0;
      for (Map.Entry<BookAccount, Long> posting : entry.postings.entrySet()) {
        long micros = posting.getValue();
        sum += micros;
        sums[micros > 0 ? 0 : 1] += Math.abs(micros);
        balances.merge(posting.getKey(), micros, Long::sum);
      }
      if (sum != 0) {
        throw violation(BALANCED, "entry " + checkedEntries + " comes to " + sum);
      }
      if (entry.kind == Entry.Kind.SETTLED) {
        posted.add(
            SettledCells.cell(entry.hourMillis, entry.lineItemId),
            entry.impressions,
            entry.chargedMicros,
            entry.costMicros,
            entry.overDeliveryMicros);
      }
    }
  }

  /** Holds accounts against entries, and what was made by hand against accounts. */
  public void checkAccounts() {
    ledger.forEachAccount(
        (account, micros) -> {
          long own = balances.getOrDefault(account, 0L);
          if (own != micros) {
            throw violation(SUMS, account + ": " + micros + ", and entries of " + own);
          }
        });
    trial.forEach((currency, sums) -> hold(BALANCED, currency, sums[0], sums[1]));
    hold(BY_HAND, "cash", paid, of(AccountKind.CASH));
    hold(BY_HAND, "adjustments", credited - takenBack, of(AccountKind.ADJUSTMENT));
  }

  /** Where all that is settled is posted. */
  public void checkPosted(long nowMillis) {
    compare(LEDGER, posted, nowMillis - LATE_MILLIS);
    long charged = settled.all(SettledCells.CHARGED);
    long cost = settled.all(SettledCells.COST);
    long advertisers = of(AccountKind.FUNDS) + of(AccountKind.RECEIVABLE);
    hold(LEDGER, "advertisers", charged - paid - credited, advertisers);
    hold(LEDGER, "supply", takenBack - cost, of(AccountKind.PAYABLE));
    hold(LEDGER, "margin", cost - charged, of(AccountKind.MARGIN));
  }

  /** Where all that is settled is in the reports. */
  public void checkReported(SettledCells reported, long nowMillis) {
    compare(REPORT, reported, nowMillis - LATE_MILLIS);
  }

  private void compare(String invariant, SettledCells theirs, long fromMillis) {
    String difference = settled.difference(theirs, fromMillis);
    if (difference != null) {
      throw violation(invariant, difference);
    }
  }

  private long of(AccountKind kind) {
    long sum = 0;
    for (Map.Entry<BookAccount, Long> balance : balances.entrySet()) {
      sum += balance.getKey().kind() == kind ? balance.getValue() : 0;
    }
    return sum;
  }

  private void hold(String invariant, String what, long expected, long found) {
    if (expected != found) {
      throw violation(invariant, what + ": " + expected + " and " + found);
    }
  }

  /** All debits and all credits, by currency. */
  public Map<String, long[]> trialBalance() {
    return trial;
  }

  private Violation violation(String invariant, String details) {
    return new Violation(invariant, details, millis.getAsLong());
  }
}
