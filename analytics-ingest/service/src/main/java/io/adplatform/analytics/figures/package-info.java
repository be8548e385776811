/**
 * Sums of settled events and of their roll-ups for billing-service, which holds them against the
 * ledger and against what supply partners counted: {@code /internal/v1/settled/*}. {@link
 * io.adplatform.analytics.figures.SettledFigures} mounts the handlers; each request runs on a
 * virtual thread of its own and keeps nothing. They sum what the tables hold and judge nothing.
 */
package io.adplatform.analytics.figures;
