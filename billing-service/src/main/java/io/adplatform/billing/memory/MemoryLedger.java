package io.adplatform.billing.memory;

import io.adplatform.billing.ledger.AccountKind;
import io.adplatform.billing.ledger.Balances;
import io.adplatform.billing.ledger.BookAccount;
import io.adplatform.billing.ledger.Entry;
import io.adplatform.billing.ledger.Ledger;
import io.adplatform.billing.ledger.LedgerStore;
import io.adplatform.billing.ledger.OffsetRange;
import io.adplatform.billing.ledger.SettledSums;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The ledger in memory: accounts, ranges and the newest entries. Which accounts an entry debits and
 * credits {@link Ledger} says, as it does over PostgreSQL. Where the database would refuse an entry
 * that is not balanced, this takes it: whoever looks on is to see it. For one thread.
 */
public final class MemoryLedger implements LedgerStore {
  /** An entry that was made, and what corrections have left of it, micros. */
  private static final class Made {
    final Entry entry;
    long chargedLeft;
    long costLeft;

    Made(Entry entry) {
      this.entry = entry;
      boolean settled = entry.kind == Entry.Kind.SETTLED;
      chargedLeft = settled ? entry.chargedMicros : 0;
      costLeft = settled ? entry.costMicros : 0;
    }
  }

  /** What was posted to an account, micros. */
  private static final class Sums {
    final long id;
    long debits;
    long credits;

    Sums(long id) {
      this.id = id;
    }
  }

  private final Function<Long, Long> advertisers;
  private final InstantSource clock;
  private final LedgerStore posting;
  private final Map<BookAccount, Sums> accounts = new TreeMap<>();
  private final Map<Integer, Long> nextOffsets = new HashMap<>();
  private final List<Made> newest = new ArrayList<>();
  private long forgotten;
  private long ranges;

  /**
   * Without entries.
   *
   * @param advertisers of line items, by id; null is not known
   * @param posting what this ledger's own entries go through to it
   */
  public MemoryLedger(
      Function<Long, Long> advertisers, InstantSource clock, UnaryOperator<LedgerStore> posting) {
    this.advertisers = advertisers;
    this.clock = clock;
    this.posting = posting.apply(this);
  }

  @Override
  public Map<BookAccount, Held> hold(Set<BookAccount> wanted) {
    Map<BookAccount, Held> held = new HashMap<>();
    for (BookAccount account : wanted) {
      Sums sums = accounts.computeIfAbsent(account, key -> new Sums(accounts.size() + 1));
      held.put(account, new Held(sums.id, sums.debits - sums.credits));
    }
    return held;
  }

  @Override
  public Map<Integer, Long> addRanges(Map<Integer, OffsetRange> added) {
    Map<Integer, Long> ids = new HashMap<>();
    added.forEach(
        (partition, range) -> {
          if (range.fromOffset() < nextOffsets.getOrDefault(partition, 0L)) {
            throw new IllegalStateException("offsets of " + range + " were posted before");
          }
          nextOffsets.put(partition, range.nextOffset());
          ids.put(partition, ++ranges);
        });
    return ids;
  }

  @Override
  public Map<Long, Long> advertisers(Collection<Long> lineItemIds) {
    Map<Long, Long> found = new HashMap<>();
    for (long lineItem : lineItemIds) {
      Long advertiser = advertisers.apply(lineItem);
      if (advertiser != null) {
        found.put(lineItem, advertiser);
      }
    }
    return found;
  }

  @Override
  public List<Long> add(List<Entry> entries, Balances balances, long nowMillis) {
    List<Long> ids = new ArrayList<>();
    for (Entry entry : entries) {
      newest.add(new Made(entry));
      ids.add(forgotten + newest.size());
      entry.postings.forEach(
          (account, micros) -> {
            Sums sums = accounts.get(account);
            sums.debits += Math.max(0, micros);
            sums.credits += Math.max(0, -micros);
          });
    }
    return ids;
  }

  /** Posts a batch of {@code settled}. */
  public void post(SettledSums batch, Map<Integer, OffsetRange> offsets) {
    try {
      Ledger.post(posting, batch, offsets, clock.millis());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Posts money that came in from an advertiser, micros. */
  public void topUp(long advertiserId, String currency, long micros) {
    Entry entry = new Entry(Entry.Kind.TOP_UP, currency);
    entry.advertiserId = advertiserId;
    make(
        entry,
        Ledger.accountsOf(advertiserId, AccountKind.CASH, currency),
        (made, balances) -> Ledger.topUp(made, balances, micros));
  }

  /** Credits an advertiser by hand, micros; below 0 it is a debit. */
  public void adjust(long advertiserId, String currency, long micros) {
    Entry entry = new Entry(Entry.Kind.ADJUSTMENT, currency);
    entry.advertiserId = advertiserId;
    make(
        entry,
        Ledger.accountsOf(advertiserId, AccountKind.ADJUSTMENT, currency),
        (made, balances) -> Ledger.adjust(made, balances, micros));
  }

  /**
   * Takes back some of what an entry of settled events charged and owes.
   *
   * @return whether it was corrected: false where that is more than is left of it, or it is not of
   *     settled events, or too old to be known here
   */
  public boolean correct(long entryId, long creditMicros, long debitMicros) {
    Made corrected = made(entryId);
    if (corrected == null
        || creditMicros > corrected.chargedLeft
        || debitMicros > corrected.costLeft) {
      return false;
    }
    corrected.chargedLeft -= creditMicros;
    corrected.costLeft -= debitMicros;
    Entry entry = new Entry(Entry.Kind.CORRECTION, corrected.entry.currency);
    entry.advertiserId = corrected.entry.advertiserId;
    entry.lineItemId = corrected.entry.lineItemId;
    entry.demandPartnerId = corrected.entry.demandPartnerId;
    entry.supplyPartnerId = corrected.entry.supplyPartnerId;
    entry.hourMillis = corrected.entry.hourMillis;
    entry.chargedMicros = creditMicros;
    entry.costMicros = debitMicros;
    entry.correctsEntryId = entryId;
    make(entry, Ledger.accountsOf(entry, AccountKind.ADJUSTMENT), Ledger::correct);
    return true;
  }

  private void make(Entry entry, Set<BookAccount> held, BiConsumer<Entry, Balances> rule) {
    try {
      Balances balances = new Balances(posting, held);
      rule.accept(entry, balances);
      posting.add(List.of(entry), balances, clock.millis());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Made made(long id) {
    long place = id - forgotten - 1;
    return place < 0 || place >= newest.size() ? null : newest.get((int) place);
  }

  /** The id of the newest entry; the first has 1. */
  public long lastEntryId() {
    return forgotten + newest.size();
  }

  /** An entry; null where it is too old to be known here, or not made yet. */
  public Entry entry(long id) {
    Made made = made(id);
    return made == null ? null : made.entry;
  }

  /** Forgets the oldest entries, all but so many; what they came to stays in the accounts. */
  public void keep(int entries) {
    int old = newest.size() - entries;
    if (old > 0) {
      newest.subList(0, old).clear();
      forgotten += old;
    }
  }

  /** All accounts with their balances: debits less credits, micros. */
  public void forEachAccount(BiConsumer<BookAccount, Long> told) {
    accounts.forEach((account, sums) -> told.accept(account, sums.debits - sums.credits));
  }

  /** Debits less credits of an account, micros; 0 where there is none. */
  public long balanceMicros(BookAccount account) {
    Sums sums = accounts.get(account);
    return sums == null ? 0 : sums.debits - sums.credits;
  }

  /** What an advertiser has paid ahead, less what it owes, micros. */
  public long balanceMicros(long advertiserId, String currency) {
    return -balanceMicros(new BookAccount(AccountKind.FUNDS, advertiserId, currency))
        - balanceMicros(new BookAccount(AccountKind.RECEIVABLE, advertiserId, currency));
  }
}
