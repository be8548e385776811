/**
 * The documents of the topic {@code catalogue}: everything an auction must know of demand and
 * supply, as campaign-service publishes it and every hot node, billing-service and the reports read
 * it.
 *
 * <p>The key of a message is {@link io.adplatform.wire.catalogue.CatalogueKey#text()}, its value
 * the JSON of one {@link io.adplatform.wire.catalogue.CatalogueEntity} or nothing (deleted). The
 * header {@code v} is the catalogue version (8 bytes, big endian), the header {@code end} (one
 * byte, 1) stands on the last message of a transaction. Records are immutable and are read on
 * background threads only.
 */
package io.adplatform.wire.catalogue;
