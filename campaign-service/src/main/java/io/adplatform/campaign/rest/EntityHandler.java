package io.adplatform.campaign.rest;

import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.MergePatch;
import io.adplatform.campaign.entity.EntityKind;
import io.adplatform.campaign.entity.EntityTerms;
import io.adplatform.campaign.entity.Identity;
import io.adplatform.campaign.entity.Stored;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Page;
import io.adplatform.runtime.api.Problem;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/**
 * Makes, lists, reads, changes and deletes things of one kind. What is not the caller's is hidden
 * by row-level security, and so answers 404. Thread-safe.
 */
public final class EntityHandler<E> {
  /** Read at once for a list: of the largest rows, some megabytes. */
  private static final int ROWS_AT_ONCE = 16;

  private final EntityKind<E> kind;
  private final EntityTerms terms;
  private final EntityWrites writes;
  private final ChangeCheck<E> changes;

  /** Handles a kind. */
  public EntityHandler(EntityKind<E> kind, EntityWrites writes) {
    this(kind, writes, (after, before, errors) -> {});
  }

  /** Handles a kind, whose changes are looked at once more. */
  public EntityHandler(EntityKind<E> kind, EntityWrites writes, ChangeCheck<E> changes) {
    this.kind = kind;
    this.terms = kind.terms();
    this.writes = writes;
    this.changes = changes;
  }

  /** Says what another service has against a change. */
  @FunctionalInterface
  public interface ChangeCheck<E> {
    /** Adds what is wrong; asked last. */
    void check(E after, E before, FieldErrors errors);
  }

  /** Finds what a new thing belongs to; its id is not looked at. */
  @FunctionalInterface
  public interface Parent {
    /**
     * Looks the parent up, holding it against change until the end of the transaction.
     *
     * @throws Problem 404 or 422 where there is none
     */
    Identity find(Handle handle, ApiRequest request, JsonObject body);
  }

  /** Makes one. */
  public ApiResponse create(ApiRequest request, Parent parent) throws Exception {
    return create(request, parent, UnaryOperator.identity(), UnaryOperator.identity());
  }

  /**
   * Makes one.
   *
   * @param completed puts in what the body does not hold, before it is stored
   * @param answered changes the answer after it has been stored for repeated requests
   */
  ApiResponse create(
      ApiRequest request,
      Parent parent,
      UnaryOperator<E> completed,
      UnaryOperator<ApiResponse> answered)
      throws Exception {
    request.caller().require(terms.writers());
    return writes.once(
        request,
        handle -> {
          JsonObject body = withoutNulls(request.json());
          Identity above = parent.find(handle, request, body);
          long id = handle.createQuery("SELECT nextval('entity_id')").mapTo(Long.class).one();
          Identity identity =
              new Identity(
                  id,
                  above.accountId() == 0 ? id : above.accountId(),
                  above.advertiserId(),
                  above.campaignId());
          E entity = completed.apply(checked(handle, body, identity, null));
          kind.insert(handle, entity);
          Stored<E> stored = find(handle, id, false);
          return respond(
              handle,
              entity,
              ApiResponse.created("/api/v1" + terms.path() + "/" + id, document(stored))
                  .withVersion(stored.version()));
        },
        answered);
  }

  private static JsonObject withoutNulls(JsonObject body) {
    return MergePatch.apply(new JsonObject(), body);
  }

  private E checked(Handle handle, JsonObject body, Identity identity, E before) {
    FieldErrors errors = new FieldErrors();
    E parsed = kind.parse(body, identity, errors);
    errors.throwIfAny();
    E entity = before == null ? parsed : kind.kept(parsed, before);
    kind.check(handle, entity, before, errors);
    errors.throwIfAny();
    if (before != null) {
      changes.check(entity, before, errors);
      errors.throwIfAny();
    }
    return entity;
  }

  /** All that the caller sees, a page at a time. */
  public ApiResponse list(ApiRequest request) {
    request.caller().require(terms.readers());
    return writes
        .transactions()
        .forCaller(request.caller(), handle -> page(handle, request, ":parent = 0", 0));
  }

  /**
   * Those below the parent in the path.
   *
   * @param column of this kind's table that names the parent
   * @throws Problem 404 where the caller does not see the parent
   */
  public ApiResponse listBelow(ApiRequest request, EntityKind<?> parentKind, String column) {
    request.caller().require(terms.readers());
    return writes
        .transactions()
        .forCaller(
            request.caller(),
            handle -> {
              requireExists(handle, parentKind.terms(), id(request));
              return page(handle, request, "t." + column + " = :parent", id(request));
            });
  }

  private static void requireExists(Handle handle, EntityTerms parent, long id) {
    handle
        .createQuery("SELECT id FROM " + parent.table() + " WHERE id = :id")
        .bind("id", id)
        .mapTo(Long.class)
        .findOne()
        .orElseThrow(() -> Problem.notFound(parent.noun()));
  }

  /** Rows come a few at a time, and no more than go into the page. */
  private ApiResponse page(Handle handle, ApiRequest request, String condition, long parent) {
    Page page = Page.of(request);
    // Row-level security hides the rest anyhow; naming the account finds its rows by their index.
    boolean all = request.caller().isOperator();
    String own = all ? ":account > 0" : "t." + terms.ownerColumn() + " = :account";
    try (ResultIterator<JsonObject> rows =
        handle
            .createQuery(
                terms.select()
                    + " WHERE t.id > :after AND "
                    + own
                    + " AND "
                    + condition
                    + " ORDER BY t.id LIMIT :limit")
            .bind("after", page.afterId())
            .bind("account", request.caller().accountId())
            .bind("limit", page.fetch())
            .bind("parent", parent)
            .setFetchSize(ROWS_AT_ONCE)
            .map((row, context) -> document(writes.stored(kind, row)))
            .iterator()) {
      return page.answer(rows);
    }
  }

  /** One by its id. */
  public ApiResponse get(ApiRequest request) {
    request.caller().require(terms.readers());
    Stored<E> stored =
        writes
            .transactions()
            .forCaller(request.caller(), handle -> find(handle, id(request), false));
    return ApiResponse.ok(document(stored)).withVersion(stored.version());
  }

  /** Changes one by a merge patch. */
  public ApiResponse update(ApiRequest request) throws Exception {
    request.caller().require(terms.writers());
    return writes.once(
        request,
        handle -> {
          Stored<E> before = find(handle, id(request), true);
          requireVersion(request, before);
          JsonObject merged = MergePatch.apply(kind.toJson(before.entity()), request.json());
          E entity =
              checked(
                  handle, withoutNulls(merged), kind.identity(before.entity()), before.entity());
          kind.update(handle, entity);
          handle.execute(
              "UPDATE "
                  + terms.table()
                  + " SET version = version + 1, updated_at = now() WHERE id = ?",
              id(request));
          Stored<E> after = find(handle, id(request), false);
          return respond(
              handle, entity, ApiResponse.ok(document(after)).withVersion(after.version()));
        },
        UnaryOperator.identity());
  }

  /** Deletes one that nothing uses and that is not ACTIVE. */
  public ApiResponse delete(ApiRequest request) throws Exception {
    request.caller().require(terms.writers());
    return writes.once(
        request,
        handle -> {
          Stored<E> before = find(handle, id(request), true);
          requireVersion(request, before);
          if (kind.status(before.entity()) == Status.ACTIVE) {
            throw Problem.conflict(
                "/status", "The " + terms.noun() + " is ACTIVE: pause it before it is deleted.");
          }
          List<String> uses = kind.usedBy(handle, before.entity());
          if (!uses.isEmpty()) {
            throw Problem.conflict(
                "The " + terms.noun() + " is in use by " + String.join(", ", uses) + ".");
          }
          handle.execute("DELETE FROM " + terms.table() + " WHERE id = ?", id(request));
          CatalogueEntity catalogued = kind.catalogued(before.entity());
          long version =
              catalogued == null
                  ? writes.outbox().currentVersion(handle)
                  : writes.outbox().appendDeleted(handle, catalogued);
          return ApiResponse.noContent().withCatalogueVersion(version);
        },
        UnaryOperator.identity());
  }

  private static long id(ApiRequest request) {
    return request.pathId("id");
  }

  /**
   * Reads one row.
   *
   * @param lock holds it against change until the end of the transaction
   * @throws Problem 404 where the caller sees none
   */
  private Stored<E> find(Handle handle, long id, boolean lock) {
    return handle
        .createQuery(terms.select() + " WHERE t.id = :id" + (lock ? " FOR UPDATE OF t" : ""))
        .bind("id", id)
        .map((row, context) -> writes.stored(kind, row))
        .findOne()
        .orElseThrow(() -> Problem.notFound(terms.noun()));
  }

  private void requireVersion(ApiRequest request, Stored<E> stored) {
    Long wanted = request.ifMatch();
    if (wanted != null && wanted != stored.version()) {
      throw Problem.staleVersion(stored.version());
    }
  }

  private ApiResponse respond(Handle handle, E entity, ApiResponse response) {
    CatalogueEntity catalogued = kind.catalogued(entity);
    long version =
        catalogued == null
            ? writes.outbox().currentVersion(handle)
            : writes.outbox().append(handle, catalogued);
    return response.withCatalogueVersion(version);
  }

  private JsonObject document(Stored<E> stored) {
    JsonObject json = kind.toJson(stored.entity()).put("version", stored.version());
    if (stored.currency() != null) {
      json.put("currency", stored.currency());
    }
    return json.put("createdAt", stored.createdAt().toString())
        .put("updatedAt", stored.updatedAt().toString());
  }
}
