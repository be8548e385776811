package io.adplatform.storage.lease;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.util.List;

/**
 * What a node tells billing-service: the body of {@code POST /internal/v1/leases}.
 *
 * @param nodeId the node, 1–65535
 * @param boot when its process started, in seconds since 1970, as in its auction ids; a newer boot
 *     ends the leases of the one before
 * @param sequence goes up by one with each new request of this boot, from 1; a request that is sent
 *     again bears the same, and is not granted twice
 * @param after the {@link LeaseAnswer#revision()} of the last answer that was read; 0 at first
 * @param wants line items that need a lease, at most {@value #MAX_ITEMS}
 * @param extend leases that the node goes on bidding on and whose time is running out
 * @param returns leases it bids on no more
 */
public record LeaseRequest(
    int nodeId,
    long boot,
    long sequence,
    long after,
    List<Want> wants,
    @JsonFormat(shape = JsonFormat.Shape.STRING) List<Long> extend,
    List<Return> returns) {
  /** The longest of each list: one transaction handles them all, and has to stay short. */
  public static final int MAX_ITEMS = 1_000;

  /** Copies the lists; null is none. */
  public LeaseRequest {
    wants = wants == null ? List.of() : List.copyOf(wants);
    extend = extend == null ? List.of() : List.copyOf(extend);
    returns = returns == null ? List.of() : List.copyOf(returns);
  }

  /**
   * A line item that needs a lease.
   *
   * @param priceMicros what one impression (or whatever bills) is charged, positive
   * @param spendMicrosPerMinute how fast the node uses leases up for it at present, not negative
   */
  public record Want(
      @JsonFormat(shape = JsonFormat.Shape.STRING) long lineItemId,
      long priceMicros,
      long spendMicrosPerMinute) {}

  /**
   * A lease that is bid on no more.
   *
   * @param lastExpirySecond when the last token that names it expires, in seconds since 1970; 0
   *     where the node does not know
   * @param freeMicros what of it can no longer be charged, not negative; 0 where the node does not
   *     know
   */
  public record Return(
      @JsonFormat(shape = JsonFormat.Shape.STRING) long leaseId,
      long lastExpirySecond,
      long freeMicros) {}
}
