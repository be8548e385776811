package io.adplatform.loadtest.smoke;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the client saw being accepted, by line item: the figures that the report must show. Worked
 * out with {@link BigDecimal}, on purpose another way than the exchange does it.
 */
final class Tally {
  private final Map<String, Delivery> byLineItem = new HashMap<>();
  private final Set<String> seen = new HashSet<>();

  /** A bid was received. */
  void bid(String lineItemId) {
    add(lineItemId, new Delivery(1, 0, 0, 0, 0, 0, 0));
  }

  /** A win notice was answered 2xx. */
  void win(String lineItemId, Bid bid) {
    add(lineItemId, seen.add("win" + bid.id()) ? new Delivery(0, 1, 0, 0, 0, 0, 0) : REPEAT);
  }

  /** A click was redirected. */
  void click(String lineItemId, Bid bid) {
    add(lineItemId, seen.add("click" + bid.id()) ? new Delivery(0, 0, 0, 1, 0, 0, 0) : REPEAT);
  }

  /**
   * An impression beacon was answered 2xx.
   *
   * @param cpmMicros what the line item bids
   * @param price the clearing price in the beacon, as text
   */
  void impression(String lineItemId, Bid bid, long cpmMicros, String price) {
    if (!seen.add("imp" + bid.id())) {
      add(lineItemId, REPEAT);
      return;
    }
    BigDecimal sent = new BigDecimal(bid.json().path("price").asText());
    BigDecimal cleared = new BigDecimal(price).min(sent);
    add(
        lineItemId,
        new Delivery(
            0,
            0,
            1,
            0,
            perImpression(BigDecimal.valueOf(cpmMicros, 6)),
            perImpression(cleared),
            0));
  }

  /** Events were sent again that had been recorded though their answer was lost. */
  void repeats(String lineItemId, long number) {
    add(lineItemId, new Delivery(0, 0, 0, 0, 0, 0, number));
  }

  /** What a line item must show in the report. */
  Delivery of(String lineItemId) {
    return byLineItem.getOrDefault(lineItemId, Delivery.NOTHING);
  }

  private static final Delivery REPEAT = new Delivery(0, 0, 0, 0, 0, 0, 1);

  private void add(String lineItemId, Delivery more) {
    byLineItem.merge(lineItemId, more, Delivery::plus);
  }

  private static long perImpression(BigDecimal cpm) {
    return cpm.movePointRight(3).setScale(0, RoundingMode.HALF_EVEN).longValueExact();
  }
}
