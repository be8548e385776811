package io.adplatform.billing.budget;

import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.storage.lease.LeaseRequest;

/** How large a lease is. A pure function; any thread. */
public final class LeaseSizing {
  /** What is left is not torn into pieces smaller than this many of the least leases. */
  private static final int WHOLE_LEASTS = 2;

  private final LeaseConfig config;

  /** Sizes by what the configuration says. */
  public LeaseSizing(LeaseConfig config) {
    this.config = config;
  }

  /**
   * The amount of a lease: what the node will spend until the horizon, at least some impressions,
   * at most half of what is free, so that other nodes find something too and little is at risk when
   * this one dies. What is free goes whole where its halves would be too small.
   *
   * @param freeMicros what no budget forbids; {@code Long.MAX_VALUE} without a bound
   * @param priceMicros of one impression, positive
   * @param spendMicrosPerMinute how fast the node spends now, not negative
   * @return 0 where not one impression is free, else 1 to {@code freeMicros}
   */
  public long amountMicros(long freeMicros, long priceMicros, long spendMicrosPerMinute) {
    if (freeMicros < priceMicros || priceMicros > LeaseConfig.MAX_AMOUNT_MICROS) {
      return 0;
    }
    long least = times(priceMicros, config.leastImpressions());
    if (freeMicros <= times(least, WHOLE_LEASTS)) {
      return freeMicros;
    }
    long ahead = times(spendMicrosPerMinute / 60 + 1, config.horizonSeconds());
    return Math.min(Math.max(least, ahead), Math.max(least, freeMicros / 2));
  }

  /**
   * What a want is answered with.
   *
   * @param amountMicros of the lease; 0 where it is refused
   * @param refusal null where there is a lease
   */
  public record Offer(long amountMicros, LeaseRefusal refusal) {}

  /**
   * Decides about one want of a request.
   *
   * @param budget null where the line item is not known
   * @param open leases that the node may bid on for it already
   * @param takenOfCampaign what the request's other wants were offered of the same campaign
   */
  public Offer offer(
      LineItemBudget budget,
      LeaseRequest.Want want,
      int open,
      long takenOfCampaign,
      long nowMillis) {
    LeaseRefusal refusal =
        budget == null
            ? LeaseRefusal.UNKNOWN_LINE_ITEM
            : budget.refusal(nowMillis, want.priceMicros());
    if (refusal == null && open >= LeaseConfig.MAX_OPEN) {
      refusal = LeaseRefusal.TOO_MANY_LEASES;
    }
    if (refusal != null) {
      return new Offer(0, refusal);
    }
    long campaignFree = budget.campaign().free(budget.campaignSpend()) - takenOfCampaign;
    long amount =
        amountMicros(
            Math.min(budget.freeMicros(), campaignFree),
            want.priceMicros(),
            want.spendMicrosPerMinute());
    return new Offer(amount, amount == 0 ? LeaseRefusal.CAMPAIGN_TOTAL_BUDGET : null);
  }

  /** The product, held to the largest lease. */
  private static long times(long micros, int factor) {
    return micros > LeaseConfig.MAX_AMOUNT_MICROS / factor
        ? LeaseConfig.MAX_AMOUNT_MICROS
        : micros * factor;
  }
}
