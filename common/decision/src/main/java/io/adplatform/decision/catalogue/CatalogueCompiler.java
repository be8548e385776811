package io.adplatform.decision.catalogue;

import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;

/** Turns catalogue documents into snapshots. Owned by one background thread. */
public final class CatalogueCompiler {
  private final CreativeCompiler creativeCompiler;

  /** A compiler that has seen nothing. */
  public CatalogueCompiler(CreativeCompiler creativeCompiler) {
    this.creativeCompiler = creativeCompiler;
  }

  /**
   * Takes one document.
   *
   * @param entity null where it was deleted
   * @param version of the catalogue; one that is not above the version known of this entity is
   *     passed over
   */
  public void apply(CatalogueKey key, CatalogueEntity entity, long version) {}

  /** The highest version applied; 0 before the first. */
  public long version() {
    return 0;
  }

  /**
   * The snapshot of what was applied so far; to be called at the end of a transaction.
   *
   * @param nowMillis line items that are over by then are left out of auctions
   */
  public CatalogueSnapshot compile(long nowMillis) {
    return null;
  }
}
