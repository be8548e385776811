package io.adplatform.loadtest.smoke;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the client saw being accepted, by line item and by supply partner, hour by hour: the figures
 * that the report must show. Worked out with {@link BigDecimal}, on purpose another way than the
 * exchange does it.
 */
final class Tally {
  private final Map<Subject, SortedMap<Instant, Delivery>> bySubject = new HashMap<>();
  private final Set<String> seen = new HashSet<>();

  /** Imps of a supply partner were decided. */
  void auctions(Subject partner, Instant hour, int number) {
    add(partner, hour, Delivery.auctions(number));
  }

  /** A bid was received; {@code lineItem} is null where it is not one of ours. */
  void bid(Subject partner, Demand.LineItem lineItem, Instant hour) {
    add(partner, hour, Delivery.BID);
    if (lineItem != null) {
      add(lineItem.subject(), hour, Delivery.BID.plus(Delivery.auctions(1)));
    }
  }

  /**
   * A beacon or notice was accepted.
   *
   * @param billing the kind that bills on this partner's traffic
   * @param price the clearing price in it, as text
   */
  void signal(Subject partner, Signal kind, Signal billing, Sold sold, String price, Instant hour) {
    if (sold.test()) {
      return;
    }
    Delivery more;
    if (!seen.add(kind + sold.bid().id())) {
      more = Delivery.repeats(1);
    } else if (kind == billing) {
      more = charge(sold, price);
    } else {
      more =
          switch (kind) {
            case WIN -> Delivery.WIN;
            case CLICK -> Delivery.CLICK;
            case VIEW -> Delivery.VIEW;
            case CONVERSION -> Delivery.CONVERSION;
            case IMPRESSION, BILL, LOSS -> Delivery.NOTHING;
          };
      if (kind == sold.lineItem().paidFor()) {
        more = more.plus(Delivery.spend(sold.lineItem().chargeMicros()));
      }
    }
    add(partner, hour, more);
    add(sold.lineItem().subject(), hour, more);
  }

  /** What a bid's billable event adds. */
  static Delivery charge(Sold sold, String price) {
    BigDecimal sent = new BigDecimal(sold.bid().json().path("price").asText());
    BigDecimal cleared = new BigDecimal(price).min(sent);
    boolean paysForIt = sold.lineItem().paidFor() == null;
    long charge = perImpression(BigDecimal.valueOf(sold.lineItem().cpmMicros(), 6));
    return Delivery.impression(paysForIt ? charge : 0, perImpression(cleared));
  }

  /** Hour by hour, what a line item or partner must show in the report. */
  SortedMap<Instant, Delivery> of(Subject subject) {
    return bySubject.getOrDefault(subject, new TreeMap<>());
  }

  private void add(Subject subject, Instant hour, Delivery more) {
    bySubject.computeIfAbsent(subject, key -> new TreeMap<>()).merge(hour, more, Delivery::plus);
  }

  private static long perImpression(BigDecimal cpm) {
    return cpm.movePointRight(3).setScale(0, RoundingMode.HALF_EVEN).longValueExact();
  }
}
