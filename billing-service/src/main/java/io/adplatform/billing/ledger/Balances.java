package io.adplatform.billing.ledger;

import java.sql.SQLException;
import java.util.Map;
import java.util.Set;

/**
 * The accounts that a transaction posts to, held against others until it ends, and their balances
 * as its entries change them. Of one transaction.
 *
 * <p>An advertiser's charges are taken from what it has paid ahead, and are owed beyond that; what
 * it is given pays what it owes first. So at most one of {@link AccountKind#FUNDS} and {@link
 * AccountKind#RECEIVABLE} is not 0.
 */
public final class Balances {
  /** No account may come to more, on either side. */
  static final long MAX_MICROS = 1_000_000_000_000_000_000L;

  private final Map<BookAccount, LedgerStore.Held> held;

  /** Makes the accounts that are missing and holds all of them. */
  public Balances(LedgerStore store, Set<BookAccount> accounts) throws SQLException {
    this.held = store.hold(accounts);
  }

  /** The id of an account that is held. */
  public long id(BookAccount account) {
    return held.get(account).id;
  }

  /** Debits the advertiser: its funds as far as they go, then what it owes. */
  void debitAdvertiser(Entry entry, long advertiserId, long micros) {
    BookAccount funds = new BookAccount(AccountKind.FUNDS, advertiserId, entry.currency);
    long fromFunds = Math.clamp(-held.get(funds).balanceMicros, 0, micros);
    post(entry, funds, fromFunds);
    post(
        entry,
        new BookAccount(AccountKind.RECEIVABLE, advertiserId, entry.currency),
        micros - fromFunds);
  }

  /** Credits the advertiser: what it owes as far as that goes, then its funds. */
  void creditAdvertiser(Entry entry, long advertiserId, long micros) {
    BookAccount owed = new BookAccount(AccountKind.RECEIVABLE, advertiserId, entry.currency);
    long toOwed = Math.clamp(held.get(owed).balanceMicros, 0, micros);
    post(entry, owed, -toOwed);
    post(
        entry,
        new BookAccount(AccountKind.FUNDS, advertiserId, entry.currency),
        -(micros - toOwed));
  }

  /** Posts to an account that is held: debits are positive. */
  void post(Entry entry, BookAccount account, long micros) {
    entry.post(account, micros);
    held.get(account).balanceMicros += micros;
  }

  /** Whether an account has come to more than any may. */
  boolean isAnyBeyondBound() {
    return held.values().stream().anyMatch(one -> Math.abs(one.balanceMicros) > MAX_MICROS);
  }
}
