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
import java.util.List;

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
    LineItemIndex lineItems = snapshot.lineItems();
    NaiveMatcher matcher = new NaiveMatcher(query);
    long seed = Draw.seed(auctionHi, auctionLo);
    Eligibility eligibility = new Eligibility();
    eligibility.begin(snapshot, query, nowMillis, seed);
    List<Integer> able = new ArrayList<>();
    for (int ordinal = 0; ordinal < lineItems.count(); ordinal++) {
      if (reason(lineItems, ordinal, query, eligibility, matcher) == Reason.NONE) {
        able.add(ordinal);
      }
    }
    able.sort(
        Comparator.comparingLong((Integer ordinal) -> lineItems.bidCpmMicros(ordinal))
            .thenComparingLong(ordinal -> Draw.ticket(seed, lineItems.id(ordinal)))
            .reversed());
    explainAble(lineItems, able, query.maxBids(), listener);
    for (int ordinal = 0; ordinal < lineItems.count(); ordinal++) {
      Reason reason = reason(lineItems, ordinal, query, eligibility, matcher);
      if (reason != Reason.NONE) {
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
      Eligibility eligibility,
      NaiveMatcher matcher) {
    Reason reason = eligibility.check(ordinal);
    if (reason == Reason.SCHEDULE) {
      return reason;
    }
    if (lineItems.currency(ordinal) != query.currency()) {
      return Reason.CURRENCY_NOT_SERVED;
    }
    return matcher.firstMismatch(lineItems.lineItem(ordinal).targeting()) != null
        ? Reason.TARGETING
        : reason;
  }
}
