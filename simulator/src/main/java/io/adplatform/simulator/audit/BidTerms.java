package io.adplatform.simulator.audit;

import io.adplatform.wire.token.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was agreed with each bid, by auction, as two bytes: line items have few prices, and a week
 * has tens of millions of bids.
 */
public final class BidTerms {
  private static final int FIRST_LENGTH = 1_024;

  /**
   * The price of a bid.
   *
   * @param chargeMicros what an impression costs the advertiser
   * @param bidCpmMicros what a thousand of them were bid at
   */
  public record Price(long lineItemId, long chargeMicros, long bidCpmMicros) {}

  private final List<Price> prices = new ArrayList<>();
  private final Map<Price, Integer> numbers = new HashMap<>();
  private final Map<Long, char[]> byAuction = new HashMap<>();

  /** Notes a bid. */
  public void add(Token token) {
    Price price = new Price(token.lineItemId, token.chargeMicros, token.bidCpmMicros);
    int number =
        numbers.computeIfAbsent(
            price,
            key -> {
              prices.add(key);
              return prices.size();
            });
    if (number > Character.MAX_VALUE) {
      throw new IllegalStateException("more prices than a character can number");
    }
    char[] bids = byAuction.computeIfAbsent(token.auctionHi, key -> new char[FIRST_LENGTH]);
    int auction = (int) token.auctionLo;
    if (auction >= bids.length) {
      bids = Arrays.copyOf(bids, Math.max(auction + 1, 2 * bids.length));
      byAuction.put(token.auctionHi, bids);
    }
    bids[auction] = (char) number;
  }

  /** The price of an auction's bid; null where none was made. */
  public Price of(long auctionHi, long auctionLo) {
    char[] bids = byAuction.get(auctionHi);
    int number = bids == null || auctionLo >= bids.length ? 0 : bids[(int) auctionLo];
    return number == 0 ? null : prices.get(number - 1);
  }
}
