package io.adplatform.billing.memory;

import io.adplatform.billing.settlement.SettledBatch;
import io.adplatform.storage.lease.LeaseAnswer;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;

/** What a row of the table {@code lease} holds, with its buckets. */
final class MemoryLease {
  /** How far it has come. */
  enum State {
    OPEN,
    CLOSING,
    CLOSED
  }

  final long id;
  final int nodeId;
  final long boot;
  final long lineItemId;
  final long campaignId;
  final LocalDate day;
  final long dayEndMillis;
  final long amountMicros;
  final String currency;
  final int partition;
  final Map<SettledBatch.Bucket, Long> buckets = new HashMap<>();
  State state = State.OPEN;
  boolean ended;
  long bidUntilMillis;
  long lastExpiryMillis;
  long givenBackMicros;
  long chargedMicros;
  long closeSentMillis;
  long closedMillis;

  MemoryLease(
      long id,
      MemoryNode node,
      Terms terms,
      long amountMicros,
      int partition,
      long bidUntilMillis,
      long lastExpiryMillis) {
    this.id = id;
    this.nodeId = node.id;
    this.boot = node.boot;
    this.lineItemId = terms.lineItemId;
    this.campaignId = terms.campaignId;
    this.day = terms.day;
    this.dayEndMillis = terms.dayEndMillis;
    this.currency = terms.currency;
    this.amountMicros = amountMicros;
    this.partition = partition;
    this.bidUntilMillis = bidUntilMillis;
    this.lastExpiryMillis = lastExpiryMillis;
  }

  /** For what a lease is. */
  record Terms(
      long lineItemId, long campaignId, LocalDate day, long dayEndMillis, String currency) {}

  boolean isOf(int node, long ofBoot) {
    return nodeId == node && boot == ofBoot;
  }

  /** What may be charged to it. */
  long keptMicros() {
    return amountMicros - givenBackMicros;
  }

  LeaseAnswer.State answer() {
    return new LeaseAnswer.State(
        id,
        lineItemId,
        amountMicros,
        currency,
        bidUntilMillis,
        lastExpiryMillis,
        state == State.CLOSED);
  }
}
