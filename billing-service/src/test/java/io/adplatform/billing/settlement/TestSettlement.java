package io.adplatform.billing.settlement;

import io.adplatform.storage.postgres.Transactions;
import io.adplatform.wire.event.EventPartition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

/** Settlement without a topic: counts messages at once. Thread-safe. */
public final class TestSettlement {
  private final Settlement settlement;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SettledCounters counters = new SettledCounters(meters);
  private final long[] offsets;
  private final Transactions transactions;
  private final InstantSource clock;

  public TestSettlement(Transactions transactions, int partitions, InstantSource clock) {
    this.settlement = new Settlement(transactions, partitions, clock, counters, null);
    this.offsets = new long[partitions];
    this.transactions = transactions;
    this.clock = clock;
  }

  /** Charges a lease. */
  public void charge(long leaseId, int lane, long expirySecond, long micros) throws SQLException {
    count(leaseId, SettledMessages.charge(leaseId, lane, expirySecond, micros, 0));
  }

  /** Charges a lease of a line item, to whose advertiser it is posted. */
  public void charge(long leaseId, long lineItemId, int lane, long expirySecond, long micros)
      throws SQLException {
    byte[] message = SettledMessages.charge(leaseId, lineItemId, lane, expirySecond, micros, 0);
    count(leaseId, message);
  }

  /** Closes a lease on which so much was charged. */
  public void close(long leaseId, long chargedMicros) throws SQLException {
    count(leaseId, SettledMessages.closed(leaseId, chargedMicros));
  }

  private void count(long leaseId, byte[] message) throws SQLException {
    count(EventPartition.of(leaseId, offsets.length), message);
  }

  /** Begins to close what can be closed, as the closer does. */
  public void beginClosing() throws SQLException {
    transactions.forService(
        handle -> LeaseCloser.beginClosing(handle.getConnection(), offsets.length));
  }

  /** Counts one message. */
  public synchronized void count(int partition, byte[] message) throws SQLException {
    SettledBatch batch = new SettledBatch();
    batch.add(partition, offsets[partition]++, message);
    if (!settlement.count(batch)) {
      throw new IllegalStateException("the offsets have moved on");
    }
  }

  /**
   * Counts messages of one partition as one batch.
   *
   * @param fromOffset where the first of them stands
   * @return whether they were counted: false where those offsets are past
   */
  public boolean count(int partition, long fromOffset, List<byte[]> messages) throws SQLException {
    SettledBatch batch = new SettledBatch();
    long offset = fromOffset;
    for (byte[] message : messages) {
      batch.add(partition, offset++, message);
    }
    return settlement.count(batch);
  }

  /**
   * Where reading goes on, by partition, on a topic that an operator has accepted.
   *
   * @param topicId of the topic, and {@code ends} where its partitions end
   */
  public long[] begin(String topicId, long[] ends) throws SQLException {
    return new Settlement(transactions, offsets.length, clock, counters, topicId)
        .begin(topicId, ends);
  }

  /** What was counted under a name. */
  public double counted(String name) {
    return meters.get(name).counter().count();
  }

  /** Leases of which settlement and the sums here say different things. */
  public double mismatches() {
    return counters.mismatches.count();
  }
}
