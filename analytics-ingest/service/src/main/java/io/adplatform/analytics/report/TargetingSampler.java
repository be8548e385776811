package io.adplatform.analytics.report;

import io.vertx.core.json.JsonObject;

/** Says how much of the recent traffic a line item's targeting meets. Thread-safe; may block. */
@FunctionalInterface
public interface TargetingSampler {
  /**
   * Tries the line item's targeting on recorded imps: {@code
   * {"imps","matches","mismatches":{"country": 12,…}}}, the latter by the attribute that failed
   * first.
   *
   * @return null where the line item is not in the catalogue
   */
  JsonObject sample(long lineItemId);
}
