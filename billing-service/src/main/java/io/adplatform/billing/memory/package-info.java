/**
 * billing-service's leases, ledger and pacing in memory, for stepped simulations: the same
 * requests, the same messages of {@code settled}, the same answers as the rows of {@code
 * io.adplatform.billing.budget}, {@code .funds}, {@code .settlement}, {@code .ledger} and {@code
 * .pacing}; contract tests run over both. Decisions are taken by the same code ({@link
 * io.adplatform.billing.budget.LeaseSizing}, {@link io.adplatform.billing.ledger.Ledger}, {@link
 * io.adplatform.billing.pacing.Pacer#steer}). For one thread, which owns all of it.
 */
package io.adplatform.billing.memory;
