package io.adplatform.billing.ledger;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the ledger's entries are added to. Every call is part of one transaction, at the end of
 * which all of it is there or nothing.
 */
public interface LedgerStore {
  /** An account that the transaction holds; debits make its balance greater. */
  final class Held {
    final long id;
    long balanceMicros;

    /**
     * An account as it was found.
     *
     * @param balanceMicros debits less credits
     */
    public Held(long id, long balanceMicros) {
      this.id = id;
      this.balanceMicros = balanceMicros;
    }
  }

  /** Makes missing accounts, then holds all of them against others. */
  Map<BookAccount, Held> hold(Set<BookAccount> accounts) throws SQLException;

  /**
   * Adds ranges of the topic as it is now; their ids by partition.
   *
   * @throws SQLException where any of it was posted before; the twin in memory throws an {@link
   *     IllegalStateException}
   */
  Map<Integer, Long> addRanges(Map<Integer, OffsetRange> ranges) throws SQLException;

  /** The advertisers of line items; those that are not known are left out. */
  Map<Long, Long> advertisers(Collection<Long> lineItemIds) throws SQLException;

  /**
   * Adds entries and their postings.
   *
   * @return the ids of the entries, in their order
   */
  List<Long> add(List<Entry> entries, Balances balances, long nowMillis) throws SQLException;
}
