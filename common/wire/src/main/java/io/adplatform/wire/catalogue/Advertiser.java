package io.adplatform.wire.catalogue;

/**
 * Who pays for the campaigns below it.
 *
 * @param currency ISO 4217 code of all amounts below it
 * @param timeZone IANA zone in which the days of daily budgets run
 */
public record Advertiser(long id, long accountId, String name, String currency, String timeZone)
    implements CatalogueEntity {
  @Override
  public CatalogueKind kind() {
    return CatalogueKind.ADVERTISER;
  }
}
