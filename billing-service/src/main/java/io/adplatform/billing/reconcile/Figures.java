package io.adplatform.billing.reconcile;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * Figures of settled events, or what lies between two of them. Immutable.
 *
 * @param impressions billed
 * @param spendMicros charged to advertisers
 * @param costMicros owed to supply
 * @param overDeliveryMicros neither charged nor to be charged
 */
record Figures(long impressions, long spendMicros, long costMicros, long overDeliveryMicros) {
  static final Figures ZERO = new Figures(0, 0, 0, 0);

  /** From {@code [impressions, spend, cost, over-delivery]}. */
  static Figures of(JsonArray array) {
    return new Figures(array.getLong(0), array.getLong(1), array.getLong(2), array.getLong(3));
  }

  Figures plus(Figures other) {
    return new Figures(
        impressions + other.impressions,
        spendMicros + other.spendMicros,
        costMicros + other.costMicros,
        overDeliveryMicros + other.overDeliveryMicros);
  }

  Figures minus(Figures other) {
    return plus(other.negated());
  }

  Figures negated() {
    return new Figures(-impressions, -spendMicros, -costMicros, -overDeliveryMicros);
  }

  boolean isZero() {
    return equals(ZERO);
  }

  /** Whether each lies between 0 and that of the bound. */
  boolean isWithin(Figures bound) {
    return isWithin(impressions, bound.impressions)
        && isWithin(spendMicros, bound.spendMicros)
        && isWithin(costMicros, bound.costMicros)
        && isWithin(overDeliveryMicros, bound.overDeliveryMicros);
  }

  private static boolean isWithin(long value, long bound) {
    return value >= 0 && value <= bound;
  }

  /** Spend and cost without their signs, so that nothing cancels out. */
  long absoluteMicros() {
    return Math.abs(spendMicros) + Math.abs(costMicros);
  }

  /** Puts the figures in. */
  JsonObject into(JsonObject document) {
    return document
        .put("impressions", impressions)
        .put("spendMicros", spendMicros)
        .put("supplyCostMicros", costMicros)
        .put("overDeliveryMicros", overDeliveryMicros);
  }

  @Override
  public String toString() {
    return "%d impressions, spend %d, cost %d, over-delivery %d"
        .formatted(impressions, spendMicros, costMicros, overDeliveryMicros);
  }
}
