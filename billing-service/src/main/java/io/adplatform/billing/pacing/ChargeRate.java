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

  private static final int MILLION = 1_000_000;

  private ChargeRate() {}

  /** The rate, 1 to a million. */
  static int perMillion(BidModel model, long impressions, long charges) {
    long before = PRIOR_CHARGES * MILLION / model.priorPerMillion();
    long rate = (charges + PRIOR_CHARGES) * MILLION / (impressions + before);
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
