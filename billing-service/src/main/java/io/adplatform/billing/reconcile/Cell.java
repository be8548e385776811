package io.adplatform.billing.reconcile;

import io.vertx.core.json.JsonObject;
import java.util.Comparator;

/**
 * What is compared at once.
 *
 * @param hourSeconds when the hour (UTC) begins, in seconds since 1970
 * @param lineItemId who was charged: a line item, or a demand partner (ids are of one sequence)
 * @param currency ISO 4217 letters; a number where an event bears one that does not exist
 */
record Cell(long hourSeconds, long lineItemId, long supplyPartnerId, String currency)
    implements Comparable<Cell> {
  private static final Comparator<Cell> ORDER =
      Comparator.comparingLong(Cell::hourSeconds)
          .thenComparingLong(Cell::lineItemId)
          .thenComparingLong(Cell::supplyPartnerId)
          .thenComparing(Cell::currency);

  static Cell of(long hourSeconds, JsonObject row) {
    return new Cell(
        hourSeconds,
        row.getLong("lineItemId"),
        row.getLong("supplyPartnerId"),
        row.getString("currency"));
  }

  @Override
  public int compareTo(Cell other) {
    return ORDER.compare(this, other);
  }
}
