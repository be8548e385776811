/**
 * Settles each event once: reads {@code events}, drops repeats, charges the one billable signal of
 * a bid to its lease, writes {@code settled}.
 *
 * <p>{@link io.adplatform.settle.SettleJob} runs a Flink job of one chain on one thread: {@link
 * io.adplatform.settle.EventAdapter} (frames in) → {@link io.adplatform.settle.SettlementStep}
 * (state and progress per partition) → {@link io.adplatform.settle.SettledPublisher} (frames out,
 * in Kafka transactions that end with each checkpoint). {@link io.adplatform.settle.Settlement} is
 * the pure part, one per partition of {@code events}: a function of the order of its events alone,
 * without a clock, so that reading them again gives the same. Its state lives on the heap, in
 * primitive tables owned by that thread, and is written whole into every checkpoint.
 */
package io.adplatform.settle;
