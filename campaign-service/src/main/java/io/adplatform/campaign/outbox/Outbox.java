package io.adplatform.campaign.outbox;

import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Writes what the catalogue must be told, in the transaction of the change itself. Taking a version
 * locks out every other writer until the transaction ends: call it last. Stateless, thread-safe.
 */
public final class Outbox {
  /** Kafka takes messages of a mebibyte; the rest is for headers and overhead. */
  static final int MAX_DOCUMENT_BYTES = 1_000_000;

  /** The channel on which the publisher is woken. */
  static final String CHANNEL = "catalogue";

  /** A change of the catalogue. */
  record Change(long accountId, CatalogueKey key, byte[] document) {
    static Change of(CatalogueEntity entity) {
      return new Change(entity.accountId(), CatalogueKey.of(entity), CatalogueCodec.write(entity));
    }
  }

  /**
   * Tells of a new or changed thing.
   *
   * @return the catalogue version in which it is seen
   */
  public long append(Handle handle, CatalogueEntity entity) {
    return append(handle, List.of(Change.of(entity)));
  }

  /**
   * Tells of a deleted thing.
   *
   * @return the catalogue version in which it is gone
   */
  public long appendDeleted(Handle handle, CatalogueEntity entity) {
    return append(handle, List.of(new Change(entity.accountId(), CatalogueKey.of(entity), null)));
  }

  /** Tells of several changes at once; auctions see all of them or none. */
  long append(Handle handle, List<Change> changes) {
    long last =
        handle
            .createQuery("SELECT take_versions(:count)")
            .bind("count", changes.size())
            .mapTo(Long.class)
            .one();
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO outbox (version, account_id, key, document, last)
            VALUES (:version, :accountId, :key, :document, :last)\
            """);
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      if (change.document() != null && change.document().length > MAX_DOCUMENT_BYTES) {
        // The bounds of each field keep it well below: this is a fault of ours.
        throw new IllegalStateException(
            change.key().text() + " makes more than " + MAX_DOCUMENT_BYTES + " bytes");
      }
      batch
          .bind("version", last - changes.size() + 1 + i)
          .bind("accountId", change.accountId())
          .bind("key", change.key().text())
          .bind("document", change.document())
          .bind("last", i == changes.size() - 1)
          .add();
    }
    batch.execute();
    handle.execute("NOTIFY " + CHANNEL);
    return last;
  }

  /** The newest version, for a write that changes nothing auctions know. */
  public long currentVersion(Handle handle) {
    return handle.createQuery("SELECT current_version()").mapTo(Long.class).one();
  }
}
