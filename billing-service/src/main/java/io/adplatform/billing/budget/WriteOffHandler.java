package io.adplatform.billing.budget;

import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/v1/billing/nodes/{id}/write-off} (operators), and {@code POST
 * /internal/v1/nodes/:id/write-off} between services: a node is given up. Its journal is awaited no
 * more and its own leases close at once. What still comes on a lease that is closed then is
 * over-delivery: on its own leases from any node, on those of others what it had recorded and not
 * shipped. A node that registers or asks for leases again, or whose journal is settled beyond this
 * time, is awaited again. Thread-safe.
 */
public final class WriteOffHandler implements ApiHandler {
  private static final Logger LOG = LoggerFactory.getLogger(WriteOffHandler.class);

  private final Transactions transactions;
  private final InstantSource clock;

  /** Writes off at the times the clock tells. */
  public WriteOffHandler(Transactions transactions, InstantSource clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    if (request.caller() != null) {
      request.caller().require();
    }
    long id = request.pathId("id");
    if (id > LeaseHandler.MAX_NODE_ID) {
      throw Problem.notFound("node");
    }
    int ended =
        transactions.forService(
            handle -> NodeStore.writeOff(handle.getConnection(), (int) id, clock.millis()));
    LOG.info("Node {} was written off; {} open leases are closing", id, ended);
    return ApiResponse.ok(
        new JsonObject().put("nodeId", Long.toString(id)).put("leasesEnded", ended));
  }
}
