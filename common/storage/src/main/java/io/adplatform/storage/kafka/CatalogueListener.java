package io.adplatform.storage.kafka;

import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;

/** Follows the catalogue. All calls come from the reader's one thread, in the topic's order. */
public interface CatalogueListener {
  /**
   * One document.
   *
   * @param key whose it is
   * @param entity what it is now; null where it was deleted
   * @param version the catalogue version that brought it
   */
  void onDocument(CatalogueKey key, CatalogueEntity entity, long version);

  /**
   * The documents handed over so far are a state that the control plane committed: called once when
   * the topic was read to the end it had at the start, then after each transaction. An exception is
   * logged, and the call is repeated a little later with whatever came since.
   *
   * @param version the newest version handed over; 0 where there is nothing at all
   */
  void onConsistent(long version) throws Exception;

  /**
   * Nothing came for a moment; called a few times a second once the first state was handed over.
   */
  default void onIdle() {}
}
