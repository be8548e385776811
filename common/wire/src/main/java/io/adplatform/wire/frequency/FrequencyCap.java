package io.adplatform.wire.frequency;

/**
 * So many impressions to one user in any stretch of time of one length.
 *
 * @param impressions 1 to {@link #MAX_IMPRESSIONS}
 * @param perSeconds {@link #MIN_SECONDS} to {@link #MAX_SECONDS}
 */
public record FrequencyCap(int impressions, int perSeconds) {
  /** Each counted impression is kept for as long as its window: a bound on what one user takes. */
  public static final int MAX_IMPRESSIONS = 1_000;

  /** Bids are outstanding for a minute: what is shorter cannot be held. */
  public static final int MIN_SECONDS = 60;

  /** 31 days. */
  public static final int MAX_SECONDS = 31 * 24 * 60 * 60;

  /** How many one line item, campaign or advertiser has at most. */
  public static final int MAX_CAPS = 10;
}
