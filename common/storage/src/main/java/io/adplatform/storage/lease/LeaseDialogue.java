package io.adplatform.storage.lease;

import io.adplatform.decision.budget.LeaseSource;
import io.adplatform.wire.event.Reason;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How one process of a node speaks with billing-service, whatever carries it. After a request
 * without an answer, nobody knows whether it was granted: before anything else is wanted, the same
 * sequence is sent once more, and line items that turn out to have been granted are not wanted
 * again. Of one thread.
 */
public final class LeaseDialogue implements LeaseSource {
  private final int nodeId;
  private final long boot;
  private final Carrier carrier;
  private long sequence;
  private long after;
  private boolean unanswered;

  /** Brings a request to billing-service. */
  @FunctionalInterface
  public interface Carrier {
    /**
     * Sends a request.
     *
     * @return the answer, never null
     * @throws IOException where there is none: the request may have been granted all the same
     */
    LeaseAnswer send(LeaseRequest request) throws IOException;
  }

  /**
   * The first words of a process.
   *
   * @param nodeId 1 to 65535
   * @param boot seconds since 1970, as in the node's auction ids
   */
  public LeaseDialogue(int nodeId, long boot, Carrier carrier) {
    this.nodeId = nodeId;
    this.boot = boot;
    this.carrier = carrier;
  }

  @Override
  public Answer exchange(Question question) throws IOException {
    Set<Long> granted = new HashSet<>();
    if (unanswered) {
      resolve(granted);
    }
    LeaseAnswer answer = ask(question, granted);
    after = answer.revision();
    return translate(answer);
  }

  /** Learns what came of the request that was not answered. */
  private void resolve(Set<Long> granted) throws IOException {
    LeaseRequest again =
        new LeaseRequest(nodeId, boot, sequence, after, List.of(), List.of(), List.of());
    carrier.send(again).leases().stream()
        .filter(lease -> !lease.closed())
        .forEach(lease -> granted.add(lease.lineItemId()));
    unanswered = false;
  }

  private LeaseAnswer ask(Question question, Set<Long> granted) throws IOException {
    List<LeaseRequest.Want> wants =
        question.wants().stream()
            .filter(want -> !granted.contains(want.lineItemId()))
            .map(
                want ->
                    new LeaseRequest.Want(
                        want.lineItemId(), want.priceMicros(), want.spendMicrosPerMinute()))
            .toList();
    List<LeaseRequest.Return> returns =
        question.returns().stream()
            .map(
                back ->
                    new LeaseRequest.Return(
                        back.leaseId(), back.lastExpirySecond(), back.freeMicros()))
            .toList();
    sequence++;
    unanswered = true;
    LeaseAnswer answer =
        carrier.send(
            new LeaseRequest(nodeId, boot, sequence, after, wants, question.extend(), returns));
    unanswered = false;
    return answer;
  }

  private static Answer translate(LeaseAnswer answer) {
    return new Answer(
        answer.settledThroughMillis(),
        answer.leases().stream()
            .map(
                lease ->
                    new Lease(
                        lease.leaseId(),
                        lease.lineItemId(),
                        lease.amountMicros(),
                        lease.bidUntilMillis(),
                        lease.lastExpiryMillis(),
                        lease.closed()))
            .toList(),
        answer.charges().stream()
            .map(
                charge ->
                    new Charge(
                        charge.leaseId(),
                        charge.lane(),
                        charge.expirySecond(),
                        charge.chargedMicros()))
            .toList(),
        answer.refusals().stream()
            .map(refusal -> new Refusal(refusal.lineItemId(), reason(refusal.reason())))
            .toList());
  }

  private static Reason reason(LeaseRefusal refusal) {
    return switch (refusal) {
      case PAUSED, CAMPAIGN_PAUSED -> Reason.STATUS;
      case NOT_STARTED, ENDED -> Reason.SCHEDULE;
      case TOTAL_BUDGET,
          DAILY_BUDGET,
          CAMPAIGN_TOTAL_BUDGET,
          CAMPAIGN_DAILY_BUDGET,
          PREPAID_FUNDS,
          CREDIT_LIMIT,
          ADVERTISER_TOTAL_BUDGET,
          ADVERTISER_DAILY_BUDGET ->
          Reason.BUDGET_EXHAUSTED;
      case UNKNOWN_LINE_ITEM, TOO_MANY_LEASES, NOT_COUNTED_YET, OTHER -> Reason.NO_LEASE;
    };
  }
}
