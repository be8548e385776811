package io.adplatform.campaign.serving;

import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.LineItem;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.time.Duration;

/**
 * Refuses a budget below what billing-service has charged already: nothing that is charged can be
 * taken back. Where billing-service does not answer the change is taken: no more is leased on it
 * all the same. Thread-safe.
 */
public final class BudgetFloor implements AutoCloseable {
  private static final Duration CONNECT_LIMIT = Duration.ofMillis(500);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).build();
  private final ServicePeer billing;

  /** Asks billing-service where the configuration says. */
  public BudgetFloor(ServicePeersConfig peers) {
    this.billing = new ServicePeer(client, peers.billingUrl(), peers.nodeKey());
  }

  /** Checks a change of a line item. */
  public void check(LineItem after, LineItem before, FieldErrors errors) {
    check("/line-items/" + after.id(), after.budget(), before.budget(), errors);
  }

  /** Checks a change of a campaign. */
  public void check(Campaign after, Campaign before, FieldErrors errors) {
    check("/campaigns/" + after.id(), after.budget(), before.budget(), errors);
  }

  private void check(String path, Budget after, Budget before, FieldErrors errors) {
    boolean total = isLowered(after.totalMicros(), before.totalMicros());
    boolean daily = isLowered(after.dailyMicros(), before.dailyMicros());
    JsonObject answer = total || daily ? billing.get(path + "/budget") : null;
    if (answer == null) {
      return;
    }
    if (total) {
      require("totalMicros", after.totalMicros(), answer.getLong("chargedTotalMicros"), errors);
    }
    if (daily) {
      require("dailyMicros", after.dailyMicros(), answer.getLong("chargedTodayMicros"), errors);
    }
  }

  private static boolean isLowered(Long after, Long before) {
    return after != null && (before == null || after < before);
  }

  private static void require(String bound, long micros, Long charged, FieldErrors errors) {
    errors.require(
        charged == null || micros >= charged,
        "/budget/" + bound,
        "is below the " + charged + " micros that are charged already");
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
