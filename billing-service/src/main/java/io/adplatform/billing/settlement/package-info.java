/**
 * What was charged, and the end of leases. {@link io.adplatform.billing.settlement.SettledReader}
 * follows the topic {@code settled} on one thread; each batch becomes one transaction, with the
 * offsets it ran over and with its entries in the ledger ({@code billing.ledger}), in {@link
 * io.adplatform.billing.settlement.Settlement}. {@link
 * io.adplatform.billing.settlement.LeaseCloser}, on another thread, asks settlement through {@code
 * events} to close leases whose time has passed. Batches belong to the thread that reads them; all
 * that lasts is in PostgreSQL.
 */
package io.adplatform.billing.settlement;
