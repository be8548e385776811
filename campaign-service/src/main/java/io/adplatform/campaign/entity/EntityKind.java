package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** One kind of thing. Implementations are stateless and thread-safe. */
public interface EntityKind<E> {
  /** What it is called and who may touch it. */
  EntityTerms terms();

  /** Reads a row of the terms' query. */
  E read(ResultSet row) throws SQLException;

  /** Writes its fields as the API has them, without version and times. */
  JsonObject toJson(E entity);

  /** What no body can change of it. */
  Identity identity(E entity);

  /**
   * Reads a whole body, whose shape has been checked: that of a creation, or what is stored with a
   * merge patch applied. Fields that are documented but not in force are faults.
   */
  E parse(JsonObject body, Identity identity, FieldErrors errors);

  /**
   * Puts in what {@link #toJson} does not show and the change has left alone.
   *
   * @param parsed the change
   * @param before what is stored
   */
  default E kept(E parsed, E before) {
    return parsed;
  }

  /**
   * Checks it against other rows.
   *
   * @param before what is stored; null where it is new
   * @throws io.adplatform.runtime.api.Problem 409 where it contradicts them
   */
  default void check(Handle handle, E entity, E before, FieldErrors errors) {}

  /** Stores a new one. */
  void insert(Handle handle, E entity);

  /** Stores a changed one; version and times are not its business. */
  void update(Handle handle, E entity);

  /**
   * What uses it.
   *
   * @return such as {@code 2 campaigns}; empty where it can be deleted
   */
  default List<String> usedBy(Handle handle, E entity) {
    return List.of();
  }

  /**
   * Whether auctions use it by itself, and so it must be paused before it is deleted.
   *
   * @return null where nothing of the kind bids or asks by itself
   */
  default Status status(E entity) {
    return null;
  }

  /** What auctions must know of it; null for what they need not know. */
  CatalogueEntity catalogued(E entity);
}
