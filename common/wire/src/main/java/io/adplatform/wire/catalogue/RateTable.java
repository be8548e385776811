package io.adplatform.wire.catalogue;

import java.time.LocalDate;
import java.util.Map;

/**
 * What currencies are worth on a day. The newest that is not of a day to come holds.
 *
 * @param unitsPerUsd by ISO 4217 code, what one US dollar buys, as decimal text; the dollar is not
 *     among them
 */
public record RateTable(long id, long accountId, LocalDate date, Map<String, String> unitsPerUsd)
    implements CatalogueEntity {
  @Override
  public CatalogueKind kind() {
    return CatalogueKind.RATE_TABLE;
  }
}
