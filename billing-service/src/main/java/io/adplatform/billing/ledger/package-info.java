/**
 * The ledger: double entry, append only, in PostgreSQL. {@link io.adplatform.billing.ledger.Ledger}
 * posts what is settled, called by {@code billing.settlement} on its reader's thread, in the
 * transaction that moves the offsets on. The handlers show balances, statements and entries, and
 * make entries by hand through {@link io.adplatform.billing.ledger.LedgerWrites}, each request on a
 * virtual thread of its own.
 *
 * <p>What holds the books together is the database (migration V4): an entry's debits equal its
 * credits, nothing is ever changed, a balance is the sum of its postings, no message is posted
 * twice. What is posted goes through {@link io.adplatform.billing.ledger.LedgerStore}, which has a
 * twin in memory ({@code billing.memory}). The code here holds accounts in the order of their ids
 * ({@link io.adplatform.billing.ledger.Balances}), so that no two transactions wait in a circle.
 * All state is in PostgreSQL.
 */
package io.adplatform.billing.ledger;
