package io.adplatform.billing.budget;

import io.adplatform.runtime.config.Settings;

/**
 * How leases are sized and how long they run.
 *
 * @param partitions of the topic {@code events}: a lease belongs to one of them
 * @param bidSeconds how long a node may bid on a lease without having it extended
 * @param tokenSeconds the longest life of a token: this long after the last bid, events may come
 * @param horizonSeconds how much spending ahead a lease is to last for
 * @param leastImpressions a lease is at least this many impressions, if there are as many
 */
public record LeaseConfig(
    int partitions, int bidSeconds, int tokenSeconds, int horizonSeconds, int leastImpressions) {
  /**
   * What a crashed node held stays blocked for this long and a token's life; and a billing-service
   * that is away for longer stops the bidding.
   */
  public static final int DEFAULT_BID_SECONDS = 90;

  /**
   * An interstitial or a rewarded ad, the longest of the formats that are served: half an hour, and
   * 15 s for its beacon. A lease that its node gives back waits only for the last token that the
   * node made; this long waits that of a node that died.
   */
  public static final int DEFAULT_TOKEN_SECONDS = 1_815;

  /** Reservations last a token's life; twice a minute of them and the way back of the charges. */
  public static final int DEFAULT_HORIZON_SECONDS = 120;

  /** Two lanes get fifty each, which at ten a second is five seconds to ask for more. */
  public static final int DEFAULT_LEAST_IMPRESSIONS = 100;

  /** No lease is larger, whatever is spent: the amount has 48 bits in a token. */
  public static final long MAX_AMOUNT_MICROS = 1_000_000_000_000L;

  /** Leases that a node may bid on at once for one line item: more has lost count. */
  public static final int MAX_OPEN = 16;

  /** The usual lengths and sizes. */
  public static LeaseConfig of(int partitions) {
    return new LeaseConfig(
        partitions,
        DEFAULT_BID_SECONDS,
        DEFAULT_TOKEN_SECONDS,
        DEFAULT_HORIZON_SECONDS,
        DEFAULT_LEAST_IMPRESSIONS);
  }

  /** From {@code lease-bid-seconds}, {@code lease-token-seconds} and so on. */
  public static LeaseConfig of(int partitions, Settings settings) {
    return new LeaseConfig(
        partitions,
        settings.integer("lease-bid-seconds", DEFAULT_BID_SECONDS, 5, 3_600),
        settings.integer("lease-token-seconds", DEFAULT_TOKEN_SECONDS, 1, 7_200),
        settings.integer("lease-horizon-seconds", DEFAULT_HORIZON_SECONDS, 1, 7_200),
        settings.integer("lease-least-impressions", DEFAULT_LEAST_IMPRESSIONS, 1, 100_000));
  }
}
