package io.adplatform.decision.catalogue;

/**
 * Where a node's catalogue comes from: read, applied and compiled on a thread of its own, offered
 * to all others. All methods may be called from any thread and never block; lanes call {@link
 * #latest()} in every duty cycle.
 */
public interface CatalogueFeed extends AutoCloseable {
  /**
   * The newest snapshot, at the end of some transaction of the catalogue; versions only go up. Null
   * until the catalogue has been read to the end it had when the feed was started.
   */
  CatalogueSnapshot latest();

  /**
   * How many milliseconds ago the feed last knew itself at the end of the catalogue; 0 while it is.
   * What it offers may be older than that where it has lost its source.
   */
  long lagMillis();

  /** Stops reading. */
  @Override
  void close();
}
