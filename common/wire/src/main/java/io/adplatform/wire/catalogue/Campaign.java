package io.adplatform.wire.catalogue;

import java.time.Instant;

/**
 * A flight of line items under one budget.
 *
 * @param startAt first instant at which it serves; null is at once
 * @param endAt first instant at which it no longer serves; null is never
 */
public record Campaign(
    long id,
    long accountId,
    long advertiserId,
    String name,
    Status status,
    Instant startAt,
    Instant endAt,
    Budget budget)
    implements CatalogueEntity {
  @Override
  public CatalogueKind kind() {
    return CatalogueKind.CAMPAIGN;
  }
}
