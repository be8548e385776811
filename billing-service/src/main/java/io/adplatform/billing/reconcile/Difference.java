package io.adplatform.billing.reconcile;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * What lies between two sources for one cause. All differences of a cell and a pair come to exactly
 * what lies between them.
 *
 * @param key what the cell's {@code lineItemId} is an id of
 * @param difference second source less the first; of {@link Between#EVENTS} what is too much
 * @param detail where to look; may be null
 */
record Difference(
    Cell cell,
    PartnerFile.Key key,
    Between between,
    Cause cause,
    Figures difference,
    String detail) {
  /** Which sources. */
  enum Between {
    /** Settled events among themselves. */
    EVENTS,
    EVENTS_REPORT,
    EVENTS_LEDGER,
    EVENTS_PARTNER
  }

  static Difference of(Cell cell, Between between, Cause cause, Figures figures, String detail) {
    return new Difference(cell, PartnerFile.Key.LINE_ITEM, between, cause, figures, detail);
  }

  /** As it is told and stored, without an id. */
  JsonObject document() {
    JsonObject document =
        new JsonObject()
            .put("hour", Instant.ofEpochSecond(cell.hourSeconds()).toString())
            .put(key.field(), Long.toString(cell.lineItemId()))
            .put("supplyPartnerId", Long.toString(cell.supplyPartnerId()))
            .put("currency", cell.currency())
            .put("between", between.name())
            .put("cause", cause.name())
            .put("explained", cause.isExplained());
    return difference.into(document).put("detail", detail);
  }
}
