package io.adplatform.billing.ledger;

/**
 * A run of offsets of one partition.
 *
 * @param fromOffset the first
 * @param nextOffset the first after it; greater than {@code fromOffset}
 */
public record OffsetRange(long fromOffset, long nextOffset) {}
