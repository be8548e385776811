package io.adplatform.billing.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Posts what is settled. Each sum becomes one entry: the advertiser, or the demand partner, is
 * debited the charge, the supply partner credited the cost, and the exchange's margin gets what is
 * between them, which is below 0 where supply is owed more than was charged. Thread-safe; locks are
 * the database's.
 */
public final class Ledger {
  private Ledger() {}

  /**
   * What posting came to.
   *
   * @param entries entries made
   * @param unknownLineItems of them, those of line items that are not known: their charges are owed
   *     by advertiser 0, which only operators see
   */
  public record Posted(int entries, int unknownLineItems) {
    static final Posted NOTHING = new Posted(0, 0);
  }

  /**
   * Posts a batch in the caller's transaction, which moves the offsets on and holds their rows.
   *
   * @param ranges the offsets that the batch ran over, by partition; every partition of the sums
   * @param nowMillis when it is posted, in milliseconds since 1970 UTC
   * @throws SQLException of {@code ledger_range_once} where any of it was posted before
   */
  public static Posted post(
      Connection connection, SettledSums batch, Map<Integer, OffsetRange> ranges, long nowMillis)
      throws SQLException {
    return post(new PostgresLedgerStore(connection), batch, ranges, nowMillis);
  }

  /** As above, to a store of whatever kind. */
  public static Posted post(
      LedgerStore store, SettledSums batch, Map<Integer, OffsetRange> ranges, long nowMillis)
      throws SQLException {
    Map<SettledSums.Key, SettledSums.Sums> sums = new java.util.TreeMap<>(batch.sums());
    // What neither side pays or gets is no entry of the books: over-delivery that costs nothing.
    sums.values().removeIf(of -> of.chargedMicros == 0 && of.costMicros == 0);
    if (sums.isEmpty()) {
      return Posted.NOTHING;
    }
    Map<Integer, OffsetRange> posted = new HashMap<>(ranges);
    posted
        .keySet()
        .retainAll(
            sums.keySet().stream().map(SettledSums.Key::partition).collect(Collectors.toSet()));
    Map<Integer, Long> rangeIds = store.addRanges(posted);
    Map<Long, Long> advertisers =
        store.advertisers(
            sums.keySet().stream()
                .filter(key -> key.demandPartnerId() == 0)
                .map(SettledSums.Key::lineItemId)
                .collect(Collectors.toSet()));
    List<Entry> entries = new ArrayList<>();
    Set<BookAccount> accounts = new HashSet<>();
    int unknown = 0;
    for (Map.Entry<SettledSums.Key, SettledSums.Sums> each : sums.entrySet()) {
      SettledSums.Key key = each.getKey();
      Long advertiser = key.demandPartnerId() == 0 ? advertisers.get(key.lineItemId()) : null;
      unknown += advertiser == null && key.demandPartnerId() == 0 ? 1 : 0;
      Entry entry = entry(key, each.getValue(), advertiser == null ? 0 : advertiser);
      entry.rangeId = rangeIds.get(key.partition());
      accounts.addAll(accountsOf(entry, AccountKind.MARGIN));
      entries.add(entry);
    }
    Balances balances = new Balances(store, accounts);
    entries.forEach(entry -> post(entry, balances));
    store.add(entries, balances, nowMillis);
    return new Posted(entries.size(), unknown);
  }

  private static Entry entry(SettledSums.Key key, SettledSums.Sums of, long advertiserId) {
    Entry entry = new Entry(Entry.Kind.SETTLED, key.currency());
    entry.advertiserId = advertiserId;
    entry.lineItemId = key.lineItemId();
    entry.demandPartnerId = key.demandPartnerId();
    entry.supplyPartnerId = key.supplyPartnerId();
    entry.hourMillis = key.hourMillis();
    entry.impressions = of.impressions;
    entry.chargedMicros = of.chargedMicros;
    entry.costMicros = of.costMicros;
    entry.overDeliveryMicros = of.overDeliveryMicros;
    return entry;
  }

  private static void post(Entry entry, Balances balances) {
    if (entry.demandPartnerId == 0) {
      balances.debitAdvertiser(entry, entry.advertiserId, entry.chargedMicros);
    } else {
      balances.post(entry, clearingOf(entry), entry.chargedMicros);
    }
    BookAccount payable =
        new BookAccount(AccountKind.PAYABLE, entry.supplyPartnerId, entry.currency);
    balances.post(entry, payable, -entry.costMicros);
    BookAccount margin = BookAccount.ofExchange(AccountKind.MARGIN, entry.currency);
    balances.post(entry, margin, entry.costMicros - entry.chargedMicros);
  }

  /**
   * Posts money that came in from an entry's advertiser: it pays what the advertiser owes first.
   */
  public static void topUp(Entry entry, Balances balances, long micros) {
    balances.post(entry, BookAccount.ofExchange(AccountKind.CASH, entry.currency), micros);
    balances.creditAdvertiser(entry, entry.advertiserId, micros);
  }

  /** Posts a credit of an entry's advertiser by hand; below 0 it is a debit. */
  public static void adjust(Entry entry, Balances balances, long micros) {
    balances.post(entry, BookAccount.ofExchange(AccountKind.ADJUSTMENT, entry.currency), micros);
    if (micros >= 0) {
      balances.creditAdvertiser(entry, entry.advertiserId, micros);
    } else {
      balances.debitAdvertiser(entry, entry.advertiserId, -micros);
    }
  }

  /**
   * Posts a correction: its charge back to the advertiser or the demand partner, its cost back from
   * supply; what is between them is the exchange's.
   */
  public static void correct(Entry entry, Balances balances) {
    if (entry.demandPartnerId == 0) {
      balances.creditAdvertiser(entry, entry.advertiserId, entry.chargedMicros);
    } else {
      balances.post(entry, clearingOf(entry), -entry.chargedMicros);
    }
    BookAccount payable =
        new BookAccount(AccountKind.PAYABLE, entry.supplyPartnerId, entry.currency);
    balances.post(entry, payable, entry.costMicros);
    balances.post(
        entry,
        BookAccount.ofExchange(AccountKind.ADJUSTMENT, entry.currency),
        entry.chargedMicros - entry.costMicros);
  }

  private static BookAccount clearingOf(Entry entry) {
    return new BookAccount(AccountKind.PARTNER_CLEARING, entry.demandPartnerId, entry.currency);
  }

  /** The accounts that an entry of settled events, or its correction, posts to. */
  public static Set<BookAccount> accountsOf(Entry entry, AccountKind exchange) {
    Set<BookAccount> accounts;
    if (entry.demandPartnerId == 0) {
      accounts = accountsOf(entry.advertiserId, exchange, entry.currency);
    } else {
      accounts = new HashSet<>();
      accounts.add(clearingOf(entry));
      accounts.add(BookAccount.ofExchange(exchange, entry.currency));
    }
    accounts.add(new BookAccount(AccountKind.PAYABLE, entry.supplyPartnerId, entry.currency));
    return accounts;
  }

  /** The accounts that an entry about an advertiser posts to, and one of the exchange. */
  public static Set<BookAccount> accountsOf(
      long advertiserId, AccountKind exchange, String currency) {
    Set<BookAccount> accounts = new HashSet<>();
    accounts.add(new BookAccount(AccountKind.FUNDS, advertiserId, currency));
    accounts.add(new BookAccount(AccountKind.RECEIVABLE, advertiserId, currency));
    accounts.add(BookAccount.ofExchange(exchange, currency));
    return accounts;
  }
}
