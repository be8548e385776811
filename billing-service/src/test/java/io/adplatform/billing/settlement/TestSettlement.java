package io.adplatform.billing.settlement;

import io.adplatform.storage.postgres.Transactions;
import io.adplatform.wire.event.EventPartition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.InstantSource;

/** Settlement without a topic: counts messages at once. Thread-safe. */
public final class TestSettlement {
  private final Settlement settlement;
  private final SettledCounters counters = new SettledCounters(new SimpleMeterRegistry());
  private final long[] offsets;
  private final Transactions transactions;

  public TestSettlement(Transactions transactions, int partitions, InstantSource clock) {
    this.settlement = new Settlement(transactions, partitions, clock, counters);
    this.offsets = new long[partitions];
    this.transactions = transactions;
  }

  /** Charges a lease. */
  public void charge(long leaseId, int lane, long expirySecond, long micros) throws SQLException {
    count(leaseId, SettledMessages.charge(leaseId, lane, expirySecond, micros, 0));
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

  /** Leases of which settlement and the sums here say different things. */
  public double mismatches() {
    return counters.mismatches.count();
  }
}
