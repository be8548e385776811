package io.adplatform.billing.pacing;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.List;

/**
 * {@code GET /internal/v1/participations?after=}: participations, and rates of charges, that
 * changed after a revision (all without one), the oldest first, at most a thousand: {@code
 * {"items":[{"lineItemId","partsPerMillion"},{"lineItemId","chargesPerMillion","chargeMicros"}],"revision","newest"}}.
 * {@code revision} is that of the last item, to be named next time; where {@code newest} is below
 * what was asked for, this is another database, and one has to begin anew. To name a revision says
 * that the catalogue has taken everything up to it: what is decided next counts from then.
 * Thread-safe.
 */
public final class ParticipationHandler implements ApiHandler {
  private static final int LIMIT = 1_000;

  private final Transactions transactions;
  private final InstantSource clock;

  /** Reads through the transactions. */
  public ParticipationHandler(Transactions transactions, InstantSource clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    Long after = request.query("after") == null ? null : request.queryId("after");
    return transactions.forService(
        handle -> {
          PacingStore store = new PostgresPacingStore(handle.getConnection());
          // Read first: what comes in between is told next time.
          long newest = store.newestRevision();
          if (after != null && after <= newest) {
            store.published(after, clock.millis());
          }
          return answer(store.changedAfter(after == null ? 0 : after, LIMIT), after, newest);
        });
  }

  private static ApiResponse answer(List<PacingStore.Changed> changed, Long after, long newest) {
    JsonArray items = new JsonArray();
    changed.forEach(each -> items.add(item(each)));
    long last = after == null ? 0 : after;
    return ApiResponse.ok(
        new JsonObject()
            .put("items", items)
            .put("revision", changed.isEmpty() ? last : changed.getLast().revision())
            .put("newest", newest));
  }

  private static JsonObject item(PacingStore.Changed changed) {
    JsonObject item = new JsonObject().put("lineItemId", Long.toString(changed.lineItemId()));
    return changed.participation() == null
        ? item.put("chargesPerMillion", changed.chargesPerMillion())
            .put("chargeMicros", changed.chargeMicros())
        : item.put("partsPerMillion", changed.participation());
  }
}
