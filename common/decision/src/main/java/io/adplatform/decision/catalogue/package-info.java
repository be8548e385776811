/**
 * The catalogue as an auction reads it. A {@link
 * io.adplatform.decision.catalogue.CatalogueCompiler} takes the documents of the topic {@code
 * catalogue} one by one and makes immutable {@link
 * io.adplatform.decision.catalogue.CatalogueSnapshot}s; a {@link
 * io.adplatform.decision.catalogue.CatalogueFeed} hands the newest to the lanes.
 *
 * <p>The compiler belongs to one background thread. A snapshot is immutable and shared by all
 * threads; each lane takes the newest between two auctions and keeps no reference to an older one.
 */
package io.adplatform.decision.catalogue;
