package io.adplatform.billing.budget;

import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A node that asks for leases; remembers its sequence and what it has read. Of one thread. */
public final class TestNode {
  public static final long PRICE = 2_500;

  private final LeaseGrants grants;
  private final int id;
  private final long boot;
  private long sequence;
  private long after;

  public TestNode(LeaseGrants grants, int id, long boot) {
    this.grants = grants;
    this.id = id;
    this.boot = boot;
  }

  public LeaseAnswer want(long... lineItemIds) throws SQLException {
    return want(0, lineItemIds);
  }

  public LeaseAnswer want(long spendMicrosPerMinute, long[] lineItemIds) throws SQLException {
    List<LeaseRequest.Want> wants = new ArrayList<>();
    for (long lineItemId : lineItemIds) {
      wants.add(new LeaseRequest.Want(lineItemId, PRICE, spendMicrosPerMinute));
    }
    return read(send(next(wants, List.of(), List.of())));
  }

  public LeaseAnswer extend(long leaseId) throws SQLException {
    return read(send(next(List.of(), List.of(leaseId), List.of())));
  }

  public LeaseAnswer giveBack(long leaseId, long lastExpirySecond) throws SQLException {
    return giveBack(leaseId, lastExpirySecond, 0);
  }

  public LeaseAnswer giveBack(long leaseId, long lastExpirySecond, long freeMicros)
      throws SQLException {
    return read(
        send(
            next(
                List.of(),
                List.of(),
                List.of(new LeaseRequest.Return(leaseId, lastExpirySecond, freeMicros)))));
  }

  public LeaseAnswer listen() throws SQLException {
    return read(send(next(List.of(), List.of(), List.of())));
  }

  public LeaseRequest next(
      List<LeaseRequest.Want> wants, List<Long> extend, List<LeaseRequest.Return> returns) {
    return new LeaseRequest(id, boot, ++sequence, after, wants, extend, returns);
  }

  public LeaseAnswer send(LeaseRequest request) throws SQLException {
    return grants.handle(request);
  }

  public LeaseAnswer read(LeaseAnswer answer) {
    after = answer.revision();
    return answer;
  }
}
