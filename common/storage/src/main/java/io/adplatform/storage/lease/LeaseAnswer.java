package io.adplatform.storage.lease;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.List;

/**
 * What billing-service answers: everything about this boot's leases that changed after the revision
 * the node named, so that a lost answer costs nothing.
 *
 * @param sequence of the request
 * @param revision to be sent as {@code after} with the next request
 * @param settledThroughMillis every event that any node received before this time has been settled,
 *     and what it charged is in this answer or an earlier one; never to be taken back, 0 is unknown
 * @param leases new leases and changed ones, as they are now
 * @param charges what was charged so far, by lease, lane and expiry
 * @param refusals line items wanted for which there is no lease now
 */
public record LeaseAnswer(
    long sequence,
    long revision,
    long settledThroughMillis,
    List<State> leases,
    List<Charge> charges,
    List<Refusal> refusals) {
  /** Copies the lists; null is none. */
  public LeaseAnswer {
    leases = leases == null ? List.of() : List.copyOf(leases);
    charges = charges == null ? List.of() : List.copyOf(charges);
    refusals = refusals == null ? List.of() : List.copyOf(refusals);
  }

  /**
   * A lease as it is now.
   *
   * @param amountMicros what may be charged to it
   * @param currency ISO 4217 code
   * @param bidUntilMillis no bid on it at or after this time; goes up when extended, down when it
   *     was ended early
   * @param lastExpiryMillis no token that names it may expire after this time
   * @param closed nothing is charged to it any more
   */
  public record State(
      @JsonFormat(shape = JsonFormat.Shape.STRING) long leaseId,
      @JsonFormat(shape = JsonFormat.Shape.STRING) long lineItemId,
      long amountMicros,
      String currency,
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
  public record Charge(
      @JsonFormat(shape = JsonFormat.Shape.STRING) long leaseId,
      int lane,
      long expirySecond,
      long chargedMicros) {}

  /**
   * A line item for which there is no lease now.
   *
   * @param reason a name of {@link LeaseRefusal}
   */
  public record Refusal(
      @JsonFormat(shape = JsonFormat.Shape.STRING) long lineItemId, LeaseRefusal reason) {}
}
