package io.adplatform.decision.choice;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.Reason;

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
     *     behind those, on the assumption that these had budget
     * @param part for TARGETING the name of the {@link io.adplatform.wire.catalogue.Attribute} that
     *     failed first, or {@code dayparts}; else null
     */
    void onLineItem(LineItem lineItem, Reason reason, String part);
  }

  /**
   * Explains a decision: those that could serve by rank, then the rest.
   *
   * @param nowMillis when it was taken, since 1970
   */
  public static void explain(
      CatalogueSnapshot snapshot,
      AdQuery query,
      long nowMillis,
      long auctionHi,
      long auctionLo,
      Listener listener) {}
}
