package io.adplatform.wire.catalogue;

/**
 * An SSP that sends bid requests.
 *
 * @param key the last part of its endpoint's path; unique over all accounts
 * @param defaultTmaxMillis taken where a request has no {@code tmax}
 * @param marginBasisPoints hundredths of a percent that are taken off the winner's bid before it is
 *     sent; 0 to 9999
 * @param queriesPerSecond above it requests are answered without a bid
 * @param maxBidsPerImp 1 to 7; more are as good as 7
 * @param recordShare share of requests recorded in full, 0 to 1
 * @param debug answers say what was wrong with a request
 */
public record SupplyPartner(
    long id,
    long accountId,
    String key,
    String name,
    Status status,
    int defaultTmaxMillis,
    BillableEvent billableEvent,
    int marginBasisPoints,
    int queriesPerSecond,
    int maxBidsPerImp,
    double recordShare,
    boolean debug)
    implements CatalogueEntity {
  @Override
  public CatalogueKind kind() {
    return CatalogueKind.SUPPLY_PARTNER;
  }
}
