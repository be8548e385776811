package io.adplatform.wire.catalogue;

import io.adplatform.wire.frequency.FrequencyCap;
import java.time.Instant;
import java.util.List;

/**
 * A flight of line items under one budget.
 *
 * @param startAt first instant at which it serves; null is at once
 * @param endAt first instant at which it no longer serves; null is never
 * @param frequencyCaps of all of it together, per user; never null
 */
public record Campaign(
    long id,
    long accountId,
    long advertiserId,
    String name,
    Status status,
    Instant startAt,
    Instant endAt,
    Budget budget,
    List<FrequencyCap> frequencyCaps)
    implements CatalogueEntity {
  /** Documents of former releases say nothing of caps. */
  public Campaign {
    frequencyCaps = frequencyCaps == null ? List.of() : List.copyOf(frequencyCaps);
  }

  /** One without frequency caps. */
  public Campaign(
      long id,
      long accountId,
      long advertiserId,
      String name,
      Status status,
      Instant startAt,
      Instant endAt,
      Budget budget) {
    this(id, accountId, advertiserId, name, status, startAt, endAt, budget, List.of());
  }

  @Override
  public CatalogueKind kind() {
    return CatalogueKind.CAMPAIGN;
  }
}
