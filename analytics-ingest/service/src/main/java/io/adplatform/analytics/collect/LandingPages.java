package io.adplatform.analytics.collect;

import org.agrona.collections.Long2ObjectHashMap;

/**
 * Where a click on a creative leads. Written by one thread, which replaces the whole map; read by
 * the lanes without a lock.
 */
public final class LandingPages {
  /** Null until the catalogue was read to its end once. */
  private volatile Long2ObjectHashMap<String> pages;

  /** Replaces all of them; the map belongs to this from then on. */
  public void replace(Long2ObjectHashMap<String> newPages) {
    pages = newPages;
  }

  /** Whether they are known. */
  public boolean isReady() {
    return pages != null;
  }

  /** The landing page of a creative, or null. */
  public String of(long creativeId) {
    Long2ObjectHashMap<String> now = pages;
    return now == null ? null : now.get(creativeId);
  }
}
