package io.adplatform.analytics.launch;

import io.adplatform.analytics.collect.LandingPages;
import io.adplatform.storage.kafka.CatalogueListener;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.Creative;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Landing pages as the catalogue has them. A creative that is deleted keeps its page as long as the
 * process lives: clicks on it may still come. Called by the catalogue reader's thread.
 */
final class CatalogueLandingPages implements CatalogueListener {
  private final LandingPages pages;
  private final Long2ObjectHashMap<String> known = new Long2ObjectHashMap<>();
  private boolean changed = true;

  CatalogueLandingPages(LandingPages pages) {
    this.pages = pages;
  }

  @Override
  public void onDocument(CatalogueKey key, CatalogueEntity entity, long version) {
    if (entity instanceof Creative creative) {
      known.put(creative.id(), creative.landingPage());
      changed = true;
    }
  }

  @Override
  public void onConsistent(long version) {
    if (changed) {
      pages.replace(new Long2ObjectHashMap<>(known));
      changed = false;
    }
  }
}
