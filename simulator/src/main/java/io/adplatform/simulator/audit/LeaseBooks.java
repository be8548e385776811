package io.adplatform.simulator.audit;

import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import java.util.TreeMap;

/** An auditor's books of a lease, in micros. */
public final class LeaseBooks {
  public final long id;
  public final int node;
  public final long boot;
  public final long amount;
  public final long day;
  public final Books lineItem;
  public final Books campaign;
  public final Books advertiser;
  public final TreeMap<Long, Long> bidByExpiry = new TreeMap<>();
  public long lastExpiryMillis;
  public long outstanding;
  public long givenBack;
  public long charged;
  public long counted;
  public long closedAtMillis = -1;
  public boolean returned;
  public boolean writtenOff;

  /**
   * A lease that was granted.
   *
   * @param books of its line item, campaign and advertiser
   * @param day since 1970
   */
  public LeaseBooks(LeaseAnswer.State state, LeaseRequest of, Books[] books, long day) {
    id = state.leaseId();
    node = of.nodeId();
    boot = of.boot();
    amount = state.amountMicros();
    lineItem = books[0];
    campaign = books[1];
    advertiser = books[2];
    this.day = day;
  }
}
