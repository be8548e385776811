package io.adplatform.decision.choice;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.IdleLineItem;
import io.adplatform.decision.catalogue.LineItemIndex;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.NaiveMatcher;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says of every line item of a snapshot what became of it, by the checks of {@link Chooser}. Any
 * thread.
 */
public final class Explanation {
  private Explanation() {}

  /** Takes the verdict on one line item. */
  @FunctionalInterface
  public interface Listener {
    /**
     * What became of a line item.
     *
     * @param reason NONE where it would have been asked for a lease; OUTBID and LOST_TIE stand
     *     behind those, on the assumption that these had budget and no cap stood against them
     * @param part for TARGETING the name of the {@link io.adplatform.wire.targeting.Attribute} that
     *     failed first, or {@code dayparts}; else null
     */
    void onLineItem(LineItem lineItem, Reason reason, String part);
  }

  /**
   * Explains a decision: those that could serve by price and draw, then the rest.
   *
   * @param nowMillis when it was taken, since 1970
   */
  public static void explain(
      CatalogueSnapshot snapshot,
      AdQuery query,
      long nowMillis,
      long auctionHi,
      long auctionLo,
      Listener listener) {
    explain(
        snapshot, query, new DealOffers(), Reason.NONE, nowMillis, auctionHi, auctionLo, listener);
  }

  /**
   * The same of an imp with deals: first what became of the line items that bid on one of them, on
   * the first that they could bid on; then of all others.
   *
   * @param offers the imp's deals, which are decided on anew, as if all had budget
   * @param open why nobody could bid without a deal, or NONE
   */
  public static void explain(
      CatalogueSnapshot snapshot,
      AdQuery query,
      DealOffers offers,
      Reason open,
      long nowMillis,
      long auctionHi,
      long auctionLo,
      Listener listener) {
    Set<Long> told =
        explainDeals(snapshot, query, offers, nowMillis, auctionHi, auctionLo, listener);
    LineItemIndex lineItems = snapshot.lineItems();
    NaiveMatcher matcher = new NaiveMatcher(query);
    long seed = Draw.seed(auctionHi, auctionLo);
    Eligibility eligibility = new Eligibility();
    eligibility.begin(snapshot, query, nowMillis, seed);
    List<Integer> able = new ArrayList<>();
    for (int ordinal = 0; ordinal < lineItems.count(); ordinal++) {
      if (!told.contains(lineItems.id(ordinal))
          && reason(lineItems, ordinal, query, open, eligibility, matcher) == Reason.NONE) {
        able.add(ordinal);
      }
    }
    able.sort(
        Comparator.comparingLong((Integer ordinal) -> lineItems.bidCpmMicros(ordinal))
            .thenComparingLong(ordinal -> Draw.ticket(seed, lineItems.id(ordinal)))
            .reversed());
    explainAble(lineItems, able, query.maxBids(), listener);
    for (int ordinal = 0; ordinal < lineItems.count(); ordinal++) {
      Reason reason = reason(lineItems, ordinal, query, open, eligibility, matcher);
      if (reason != Reason.NONE && !told.contains(lineItems.id(ordinal))) {
        LineItem lineItem = lineItems.lineItem(ordinal);
        String part =
            reason == Reason.TARGETING ? matcher.firstMismatch(lineItem.targeting()) : null;
        listener.onLineItem(lineItem, reason, part);
      }
    }
    for (IdleLineItem idle : snapshot.idle()) {
      listener.onLineItem(idle.lineItem(), idle.reason(), null);
    }
  }

  private static void explainAble(
      LineItemIndex lineItems, List<Integer> able, int maxBids, Listener listener) {
    long lastWinner = -1;
    for (int rank = 0; rank < able.size(); rank++) {
      int ordinal = able.get(rank);
      long price = lineItems.bidCpmMicros(ordinal);
      Reason reason = price == lastWinner ? Reason.LOST_TIE : Reason.OUTBID;
      if (rank < maxBids) {
        reason = Reason.NONE;
        lastWinner = price;
      }
      listener.onLineItem(lineItems.lineItem(ordinal), reason, null);
    }
  }

  private static Reason reason(
      LineItemIndex lineItems,
      int ordinal,
      AdQuery query,
      Reason open,
      Eligibility eligibility,
      NaiveMatcher matcher) {
    Reason reason = eligibility.check(ordinal);
    if (reason == Reason.SCHEDULE) {
      return reason;
    }
    if (lineItems.currency(ordinal) != query.currency()) {
      return Reason.CURRENCY_NOT_SERVED;
    }
    if (matcher.firstMismatch(lineItems.lineItem(ordinal).targeting()) != null) {
      return Reason.TARGETING;
    }
    if (lineItems.lineItem(ordinal).dealOnly()) {
      return Reason.DEAL_ONLY;
    }
    return open == Reason.NONE ? reason : open;
  }

  /** Those that bid on a deal, or fell out of it and bid on nothing else. */
  private static Set<Long> explainDeals(
      CatalogueSnapshot snapshot,
      AdQuery query,
      DealOffers offers,
      long nowMillis,
      long auctionHi,
      long auctionLo,
      Listener listener) {
    new Chooser().chooseOnDeals(snapshot, query, offers, null, nowMillis, auctionHi, auctionLo);
    Map<Long, Verdict> verdicts = new LinkedHashMap<>();
    for (int i = 0; i < offers.count(); i++) {
      Candidates candidates = offers.get(i).candidates();
      for (int c = 0; c < candidates.count(); c++) {
        LineItem lineItem = snapshot.lineItems().lineItem(candidates.ordinal(c));
        Reason reason = candidates.reason(c);
        if (reason == Reason.NONE || lineItem.dealOnly()) {
          verdicts.merge(
              lineItem.id(),
              new Verdict(lineItem, reason),
              (first, later) -> later.reason == Reason.NONE ? later : first);
        }
      }
    }
    verdicts.values().forEach(v -> listener.onLineItem(v.lineItem, v.reason, null));
    return verdicts.keySet();
  }

  private record Verdict(LineItem lineItem, Reason reason) {}
}
