package io.adplatform.billing.ledger;

import static io.adplatform.billing.TestBudgets.ADVERTISER;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.HOUR;
import static io.adplatform.billing.ledger.TestBooks.OTHER_ADVERTISER;
import static io.adplatform.billing.ledger.TestBooks.OTHER_LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.OTHER_PARTNER;
import static io.adplatform.billing.ledger.TestBooks.PARTNER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.settlement.SettledBatch;
import io.adplatform.billing.settlement.SettledMessages.Impression;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every store of entries keeps to: the tables in PostgreSQL and their twin in memory. */
abstract class LedgerStoreContractTest {
  private static final int PARTITIONS = 2;
  private static final int STEPS = 120;

  private final long[] next = new long[PARTITIONS];
  private final List<Posted> posted = new ArrayList<>();

  /** What is done in a transaction. */
  @FunctionalInterface
  interface Work<T> {
    T with(LedgerStore store) throws SQLException;
  }

  /** A settled entry, for corrections. */
  private record Posted(long id, long advertiserId, long lineItemId, long partnerId, long micros) {}

  /** In one transaction, of which nothing is left where it fails. */
  abstract <T> T inTransaction(Work<T> work) throws Exception;

  /** Debits less credits of an account in US dollars; 0 where there is none. */
  abstract long balance(AccountKind kind, long ownerId) throws Exception;

  private static SettledBatch batch(int partition, long from, Impression... impressions) {
    SettledBatch batch = new SettledBatch();
    for (int i = 0; i < impressions.length; i++) {
      batch.add(partition, from + i, impressions[i].message());
    }
    return batch;
  }

  private Ledger.Posted post(int partition, Impression... impressions) throws Exception {
    SettledBatch batch = batch(partition, next[partition], impressions);
    next[partition] += impressions.length;
    return post(batch);
  }

  private Ledger.Posted post(SettledBatch batch) throws Exception {
    return inTransaction(store -> Ledger.post(store, batch.books(), batch.ranges(), HOUR));
  }

  private void topUp(long advertiserId, long micros) throws Exception {
    Entry entry = new Entry(Entry.Kind.TOP_UP, "USD");
    entry.advertiserId = advertiserId;
    entry.authorship = new Entry.Authorship("paid", 1, 1);
    inTransaction(
        store -> {
          Balances balances =
              new Balances(store, Ledger.accountsOf(advertiserId, AccountKind.CASH, "USD"));
          Ledger.topUp(entry, balances, micros);
          return store.add(List.of(entry), balances, HOUR);
        });
  }

  private void correct(Posted of, long credit, long debit) throws Exception {
    Entry entry = new Entry(Entry.Kind.CORRECTION, "USD");
    entry.advertiserId = of.advertiserId;
    entry.lineItemId = of.lineItemId;
    entry.supplyPartnerId = of.partnerId;
    entry.hourMillis = HOUR;
    entry.chargedMicros = credit;
    entry.costMicros = debit;
    entry.correctsEntryId = of.id;
    entry.authorship = new Entry.Authorship("invalid traffic", 1, 1);
    inTransaction(
        store -> {
          Set<BookAccount> accounts =
              Ledger.accountsOf(of.advertiserId, AccountKind.ADJUSTMENT, "USD");
          accounts.add(new BookAccount(AccountKind.PAYABLE, of.partnerId, "USD"));
          Balances balances = new Balances(store, accounts);
          Ledger.correct(entry, balances);
          return store.add(List.of(entry), balances, HOUR);
        });
  }

  @Test
  void shouldPostChargeCostAndMargin() throws Exception {
    Ledger.Posted made =
        post(
            0,
            Impression.of(HOUR, LINE_ITEM, PARTNER, 2_500, 2_000),
            Impression.of(HOUR, LINE_ITEM, PARTNER, 2_500, 1_900),
            Impression.of(HOUR, OTHER_LINE_ITEM, PARTNER, 700, 600));
    assertEquals(2, made.entries());
    assertEquals(0, made.unknownLineItems());
    assertEquals(5_000, balance(AccountKind.RECEIVABLE, ADVERTISER));
    assertEquals(700, balance(AccountKind.RECEIVABLE, OTHER_ADVERTISER));
    assertEquals(-4_500, balance(AccountKind.PAYABLE, PARTNER));
    assertEquals(-1_200, balance(AccountKind.MARGIN, 0));
  }

  @Test
  void shouldTakeFromFundsFirst() throws Exception {
    topUp(ADVERTISER, 3_000);
    post(0, Impression.of(HOUR, LINE_ITEM, PARTNER, 2_500, 2_000));
    assertEquals(-500, balance(AccountKind.FUNDS, ADVERTISER));
    post(1, Impression.of(HOUR, LINE_ITEM, PARTNER, 2_500, 2_000));
    assertEquals(0, balance(AccountKind.FUNDS, ADVERTISER));
    assertEquals(2_000, balance(AccountKind.RECEIVABLE, ADVERTISER));
    topUp(ADVERTISER, 2_100);
    assertEquals(-100, balance(AccountKind.FUNDS, ADVERTISER));
    assertEquals(0, balance(AccountKind.RECEIVABLE, ADVERTISER));
    assertEquals(5_100, balance(AccountKind.CASH, 0));
  }

  @Test
  void shouldChargeAdvertiserZeroForWhatIsNotKnown() throws Exception {
    assertEquals(1, post(0, Impression.of(HOUR, 4_711, PARTNER, 2_500, 2_000)).unknownLineItems());
    assertEquals(2_500, balance(AccountKind.RECEIVABLE, 0));
  }

  @Test
  void shouldRefuseOffsetsThatWerePostedBefore() throws Exception {
    post(0, Impression.of(HOUR, LINE_ITEM, PARTNER, 10, 8));
    post(0, Impression.of(HOUR, LINE_ITEM, PARTNER, 10, 8));
    Impression again = Impression.of(HOUR, LINE_ITEM, PARTNER, 10, 8);
    Exception refused = assertThrows(Exception.class, () -> post(batch(0, 1, again, again)));
    assertTrue(said(refused).contains("were posted before"), said(refused));
    assertEquals(20, balance(AccountKind.RECEIVABLE, ADVERTISER));
    post(0, again);
    assertEquals(30, balance(AccountKind.RECEIVABLE, ADVERTISER));
  }

  private static String said(Throwable refused) {
    StringBuilder said = new StringBuilder();
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      said.append(cause.getMessage()).append('\n');
    }
    return said.toString();
  }

  /**
   * Whatever comes in whatever order, accounts hold what was paid, charged, owed and taken back.
   */
  @Test
  void shouldComeToTheSameAsSumsWouldOverRandomHistories() throws Exception {
    Random random = new Random(20270301);
    Map<Long, Long> advertisers = new TreeMap<>(Map.of(ADVERTISER, 0L, OTHER_ADVERTISER, 0L));
    Map<Long, Long> partners = new TreeMap<>(Map.of(PARTNER, 0L, OTHER_PARTNER, 0L));
    long margin = 0;
    for (int step = 0; step < STEPS; step++) {
      long advertiser = random.nextBoolean() ? ADVERTISER : OTHER_ADVERTISER;
      long partner = random.nextBoolean() ? PARTNER : OTHER_PARTNER;
      switch (random.nextInt(posted.isEmpty() ? 3 : 4)) {
        case 0 -> {
          long micros = 1 + random.nextInt(5_000);
          topUp(advertiser, micros);
          advertisers.merge(advertiser, micros, Long::sum);
        }
        case 1, 2 -> {
          long item = advertiser == ADVERTISER ? LINE_ITEM : OTHER_LINE_ITEM;
          long charged = 1 + random.nextInt(2_000);
          long cost = 1 + random.nextInt(2_000);
          long id = postOne(random.nextInt(PARTITIONS), item, partner, charged, cost);
          posted.add(new Posted(id, advertiser, item, partner, Math.min(charged, cost)));
          advertisers.merge(advertiser, -charged, Long::sum);
          partners.merge(partner, -cost, Long::sum);
          margin += cost - charged;
        }
        default -> {
          Posted of = posted.remove(random.nextInt(posted.size()));
          long credit = 1 + random.nextLong(of.micros);
          long debit = random.nextLong(of.micros + 1);
          correct(of, credit, debit);
          advertisers.merge(of.advertiserId, credit, Long::sum);
          partners.merge(of.partnerId, debit, Long::sum);
        }
      }
    }
    Map<Long, Long> found = new HashMap<>();
    for (long advertiser : advertisers.keySet()) {
      long funds = balance(AccountKind.FUNDS, advertiser);
      long owed = balance(AccountKind.RECEIVABLE, advertiser);
      assertTrue(funds == 0 || owed == 0, funds + " and " + owed);
      found.put(advertiser, -funds - owed);
    }
    assertEquals(advertisers, new TreeMap<>(found));
    for (long partner : partners.keySet()) {
      assertEquals(partners.get(partner), balance(AccountKind.PAYABLE, partner));
    }
    assertEquals(margin, balance(AccountKind.MARGIN, 0));
  }

  private long postOne(int partition, long item, long partner, long charged, long cost)
      throws Exception {
    Impression impression = Impression.of(HOUR, item, partner, charged, cost);
    SettledBatch batch = batch(partition, next[partition]++, impression);
    List<Long> ids = new ArrayList<>();
    inTransaction(store -> Ledger.post(noting(store, ids), batch.books(), batch.ranges(), HOUR));
    return ids.getFirst();
  }

  private static LedgerStore noting(LedgerStore store, List<Long> ids) {
    return new LedgerStore() {
      @Override
      public Map<BookAccount, Held> hold(Set<BookAccount> accounts) throws SQLException {
        return store.hold(accounts);
      }

      @Override
      public Map<Integer, Long> addRanges(Map<Integer, OffsetRange> ranges) throws SQLException {
        return store.addRanges(ranges);
      }

      @Override
      public Map<Long, Long> advertisers(Collection<Long> lineItemIds) throws SQLException {
        return store.advertisers(lineItemIds);
      }

      @Override
      public List<Long> add(List<Entry> entries, Balances balances, long nowMillis)
          throws SQLException {
        List<Long> added = store.add(entries, balances, nowMillis);
        ids.addAll(added);
        return added;
      }
    };
  }
}
