package io.adplatform.billing.budget;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;

/**
 * {@code POST /internal/v1/nodes/:id/register}: a node is about to record. Once this is answered,
 * no lease is closed before the node's journal is settled past its last expiry, though the node was
 * written off or never heard of before. The same once more changes nothing. Thread-safe.
 */
public final class RegisterHandler implements ApiHandler {
  private final Transactions transactions;
  private final InstantSource clock;

  /** Registers at the times the clock tells. */
  public RegisterHandler(Transactions transactions, InstantSource clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    long id = request.pathId("id");
    if (id < 1 || id > LeaseHandler.MAX_NODE_ID) {
      throw Problem.notFound("node");
    }
    transactions.forService(
        handle -> {
          NodeStore.register(handle.getConnection(), (int) id, clock.millis());
          return null;
        });
    return ApiResponse.ok(new JsonObject().put("nodeId", Long.toString(id)));
  }
}
