package io.adplatform.wire.catalogue;

import io.adplatform.wire.frequency.FrequencyCap;
import java.util.List;

/**
 * Who pays for the campaigns below it.
 *
 * @param currency ISO 4217 code of all amounts below it
 * @param timeZone IANA zone in which the days of daily budgets run
 * @param frequencyCaps of all of it together, per user; never null
 */
public record Advertiser(
    long id,
    long accountId,
    String name,
    String currency,
    String timeZone,
    List<FrequencyCap> frequencyCaps)
    implements CatalogueEntity {
  /** Documents of former releases say nothing of caps. */
  public Advertiser {
    frequencyCaps = frequencyCaps == null ? List.of() : List.copyOf(frequencyCaps);
  }

  /** One without frequency caps. */
  public Advertiser(long id, long accountId, String name, String currency, String timeZone) {
    this(id, accountId, name, currency, timeZone, List.of());
  }

  @Override
  public CatalogueKind kind() {
    return CatalogueKind.ADVERTISER;
  }
}
