/**
 * Kafka, as the house uses it: the topics and their settings, producers and consumers, and
 * following the catalogue. Services open what they need here and close it themselves; a {@link
 * io.adplatform.storage.kafka.CatalogueReader} has one thread of its own, on which its listener is
 * called. No lane ever calls into this package.
 */
package io.adplatform.storage.kafka;
