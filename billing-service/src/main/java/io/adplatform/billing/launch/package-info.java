/**
 * Wires billing-service by hand, in the order in which data flows: {@link
 * io.adplatform.billing.launch.BillingService} is launched by {@link
 * io.adplatform.billing.launch.BillingMain} in a process of its own, or by the launcher beside the
 * other services. Run on the main thread, at start and at the end.
 */
package io.adplatform.billing.launch;
