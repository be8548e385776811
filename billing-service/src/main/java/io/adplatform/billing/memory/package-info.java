/**
 * billing-service's leases in memory, for stepped simulations: the same requests, the same messages
 * of {@code settled}, the same answers as the rows of {@code io.adplatform.billing.budget} and
 * {@code .settlement}; one contract test runs over both. Decisions are taken by the same code
 * ({@link io.adplatform.billing.budget.LeaseSizing}). For one thread, which owns all of it.
 */
package io.adplatform.billing.memory;
