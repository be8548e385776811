/**
 * PostgreSQL for the control plane: opened and migrated by {@link
 * io.adplatform.storage.postgres.PostgresDatabase}, one schema and one login without rights of
 * ownership per service.
 *
 * <p>All work happens in {@link io.adplatform.storage.postgres.Transactions}: for a caller
 * (row-level security sees the caller's account) or for the service itself. Everything blocks and
 * is called from virtual threads; connections come from a small bounded pool. Where PostgreSQL is
 * away, callers get a 503 problem within the pool's time-out.
 */
package io.adplatform.storage.postgres;
