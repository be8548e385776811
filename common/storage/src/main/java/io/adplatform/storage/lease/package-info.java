/**
 * The exchange of leases between a hot node and billing-service, {@code POST /internal/v1/leases}:
 * its bodies, which billing-service reads and writes too, and the node's side of it, which
 * implements the port of {@code io.adplatform.decision.budget} on a thread of its own. Lanes hand
 * over to that thread by bounded queues and never wait for it; while billing-service is away, the
 * leases in hand go on.
 */
package io.adplatform.storage.lease;
