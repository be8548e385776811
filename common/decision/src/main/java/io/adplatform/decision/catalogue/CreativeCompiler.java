package io.adplatform.decision.catalogue;

import io.adplatform.wire.catalogue.Creative;

/**
 * What the engine wants ready for each creative before any auction, such as its markup split at the
 * macros. Called on the compiling thread, once per version of a creative.
 */
@FunctionalInterface
public interface CreativeCompiler {
  /** Prepares nothing. */
  CreativeCompiler NONE = creative -> null;

  /**
   * What {@link CatalogueSnapshot#attachment} answers for the creative: immutable, may be null. A
   * creative for which this throws is left out of auctions like a paused one.
   */
  Object compile(Creative creative);

  /** Told of a creative that is left out because something of it cannot be prepared. */
  default void refused(Creative creative, RuntimeException why) {}
}
