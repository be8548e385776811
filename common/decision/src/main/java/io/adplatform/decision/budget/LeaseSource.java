package io.adplatform.decision.budget;

import io.adplatform.wire.event.Reason;
import java.io.IOException;
import java.util.List;

/**
 * Where a node's leases come from: billing-service. Called by the one thread of {@link NodeLeases},
 * which it may block for as long as its time-out.
 */
public interface LeaseSource {
  /** The longest of a question's lists. */
  int MAX_ITEMS = 1_000;

  /**
   * Asks for leases, gives some back, and learns what was charged.
   *
   * @return everything about this process's leases that changed since the last answer that was
   *     returned from here, so that a lost answer costs nothing
   * @throws IOException where there was no answer: the caller asks again later, with what it then
   *     needs; leases granted meanwhile are in the next answer
   */
  Answer exchange(Question question) throws IOException;

  /**
   * What a node needs; no list is longer than {@link #MAX_ITEMS}.
   *
   * @param wants line items that need a lease
   * @param extend leases that the node goes on bidding on and whose time is running out
   * @param returns leases it bids on no more
   */
  record Question(List<Want> wants, List<Long> extend, List<Return> returns) {}

  /**
   * A line item that needs a lease.
   *
   * @param priceMicros what one billable event is charged, positive
   * @param spendMicrosPerMinute how fast the node uses leases up for it, 0 where it is new
   */
  record Want(long lineItemId, long priceMicros, long spendMicrosPerMinute) {}

  /**
   * A lease that is bid on no more.
   *
   * @param lastExpirySecond when the last token that names it expires, in seconds since 1970; the
   *     past where no bid was made on it
   * @param freeMicros what of it can no longer be charged: its amount less what was charged and
   *     less the full price of every bid that may yet be; not negative
   */
  record Return(long leaseId, long lastExpirySecond, long freeMicros) {}

  /**
   * What the source says.
   *
   * @param settledThroughMillis every event that any node received before this time has been
   *     settled, and what it charged is in this answer or an earlier one; 0 is unknown
   * @param leases new leases and changed ones, as they are now
   * @param charges what was charged so far, where that changed
   * @param refusals line items wanted for which there is no lease now
   */
  record Answer(
      long settledThroughMillis,
      List<Lease> leases,
      List<Charge> charges,
      List<Refusal> refusals) {}

  /**
   * A lease as it is now.
   *
   * @param amountMicros what may be charged to it
   * @param bidUntilMillis no bid on it at or after this time; goes up when extended, down when it
   *     was ended early
   * @param lastExpiryMillis no token that names it may expire after this time
   * @param closed nothing is charged to it any more
   */
  record Lease(
      long leaseId,
      long lineItemId,
      long amountMicros,
      long bidUntilMillis,
      long lastExpiryMillis,
      boolean closed) {}

  /**
   * What was charged for bids of one lane on one lease whose tokens expire in one second.
   *
   * @param lane of the auction id
   * @param expirySecond of the token, in seconds since 1970
   * @param chargedMicros all of it so far, not what was added
   */
  record Charge(long leaseId, int lane, long expirySecond, long chargedMicros) {}

  /**
   * A line item for which there is no lease now.
   *
   * @param reason BUDGET_EXHAUSTED, SCHEDULE, STATUS, or NO_LEASE for anything else
   */
  record Refusal(long lineItemId, Reason reason) {}
}
