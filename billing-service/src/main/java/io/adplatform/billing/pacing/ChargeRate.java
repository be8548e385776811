package io.adplatform.billing.pacing;

import io.adplatform.wire.catalogue.BidModel;

/**
 * For how many of a million impressions a line item is charged that does not pay for impressions.
 * What is measured is weighed against the model's prior as if five charges at that rate had been
 * seen before: {@code (charges + 5) ÷ (impressions + 5 ÷ prior)}, the mean of a gamma distribution
 * after its events (ADR 0084). Pure functions; any thread.
 */
final class ChargeRate {
  /** What the prior is worth: it takes as many charges to weigh as much. */
  static final long PRIOR_CHARGES = 5;

  /** Beyond, older impressions count for half: what a line item shows, and to whom, changes. */
  static final long MAX_IMPRESSIONS = 10_000_000;

  /**
   * No more than every fifth impression is taken to be clicked or to convert: more is no traffic to
   * bid by.
   */
  static final int MAX_RESPONSES_PER_MILLION = 200_000;

  /** A rate that moved by less than one part in so many is not worth a version of the catalogue. */
  private static final int TOLD_PART = 16;

  /**
   * With fewer no effective bid is above {@link BidModel#UNPROVEN_CPM_MICROS}; and what was counted
   * at a lower price weighs as many. Twice the prior: by then what is measured says most.
   */
  static final long PROVEN_CHARGES = 10;

  /** A line item whose every third charge fails to come would lose as much by chance once in 20. */
  private static final long LOST_CHARGES = 3;

  /** What a line item may lose at least: cheap clicks are not to stop for a bad hour. */
  static final long LEAST_LOSS_MICROS = 50_000_000L;

  /** What one may lose that was charged nothing: more is an advertiser's risk. */
  static final long MOST_UNPROVEN_LOSS_MICROS = 500_000_000L;

  /** One that is charged much may lose a fifth of it. */
  private static final long LOST_PART = 5;

  private static final int MILLION = 1_000_000;
  private static final int MILLE = 1_000;

  private ChargeRate() {}

  /**
   * What is counted of a line item.
   *
   * @param earnedMicros what the counted charges brought
   * @param priorMicros the least that a charge has cost since it is counted: what the prior is of
   * @param chargedMicros what it was charged in all, of all time
   * @param costMicros what supply is owed for its impressions, of all time
   */
  record Measured(
      long impressions,
      long charges,
      long earnedMicros,
      long priorMicros,
      long chargedMicros,
      long costMicros) {
    /** Whether it may cost no more. */
    boolean isStopped() {
      return costMicros - chargedMicros > allowedLossMicros(priorMicros, chargedMicros);
    }
  }

  /**
   * What a line item may lose: three charges, for the first may be late or unlucky, within bounds;
   * or a part of what it was charged. The charge is the least that it ever cost, so that raising it
   * raises nothing.
   */
  static long allowedLossMicros(long priorMicros, long chargedMicros) {
    long unproven =
        Math.clamp(priorMicros * LOST_CHARGES, LEAST_LOSS_MICROS, MOST_UNPROVEN_LOSS_MICROS);
    return Math.max(unproven, chargedMicros / LOST_PART);
  }

  /**
   * The rate, 1 to a million, or 0 where it is not to bid. A charge that costs more than it did is
   * not worth more until it was paid: an impression is taken to bring no more than it did bring.
   *
   * @param chargeMicros what a charge costs now
   */
  static int perMillion(BidModel model, long chargeMicros, Measured of) {
    if (of.isStopped()) {
      return 0;
    }
    long before = PRIOR_CHARGES * MILLION / model.priorPerMillion(of.priorMicros);
    long impressions = of.impressions + before;
    long counted = (of.charges + PRIOR_CHARGES) * MILLION / impressions;
    long earned = of.earnedMicros + PRIOR_CHARGES * of.priorMicros;
    long cpmMicros =
        Math.min(
            Math.min(earned, Long.MAX_VALUE / MILLE) * MILLE / impressions,
            BidModel.MAX_CPM_MICROS);
    long rate = Math.min(counted, BidModel.perMillion(cpmMicros, chargeMicros));
    if (of.charges < PROVEN_CHARGES) {
      rate = Math.min(rate, BidModel.perMillion(BidModel.UNPROVEN_CPM_MICROS, chargeMicros));
    }
    int highest = model == BidModel.VCPM ? MILLION : MAX_RESPONSES_PER_MILLION;
    return Math.clamp(rate, 1, highest);
  }

  /**
   * Whether the catalogue is to be told.
   *
   * @param told what it was told last, or the prior
   */
  static boolean tells(int rate, int told) {
    return (long) Math.abs(rate - told) * TOLD_PART > told;
  }
}
