package io.adplatform.campaign.outbox;

import io.adplatform.campaign.serving.ServicePeer;
import io.adplatform.campaign.serving.ServicePeersConfig;
import io.adplatform.storage.postgres.Transactions;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks billing-service every second which participations of paced line items have changed, and
 * writes them to the outbox, so that they are versions of the catalogue like all that auctions go
 * by. While it does not answer, participations stay as they are. Thread-safe.
 */
public final class ParticipationReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ParticipationReader.class);
  private static final long PERIOD_MILLIS = 1_000;
  private static final Duration CONNECT_LIMIT = Duration.ofMillis(500);

  private final Transactions transactions;
  private final Outbox outbox;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).build();
  private final ServicePeer billing;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("participations").factory());

  /** What billing-service said last; of the thread alone. */
  private long revision;

  private boolean troubled;

  private ParticipationReader(Transactions transactions, Outbox outbox, ServicePeersConfig peers) {
    this.transactions = transactions;
    this.outbox = outbox;
    this.billing = new ServicePeer(client, peers.billingUrl(), peers.nodeKey());
  }

  /** Starts asking; returns at once. */
  public static ParticipationReader start(
      Transactions transactions, Outbox outbox, ServicePeersConfig peers) {
    ParticipationReader reader = new ParticipationReader(transactions, outbox, peers);
    reader.thread.scheduleWithFixedDelay(
        reader::tryRead, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return reader;
  }

  /** Ends the thread. */
  @Override
  public void close() {
    thread.shutdownNow();
    client.shutdownNow();
  }

  private void tryRead() {
    try {
      read();
      troubled = false;
    } catch (RuntimeException e) {
      if (!troubled) {
        LOG.warn("Participations of paced line items are not taken now; trying again", e);
      }
      troubled = true;
    }
  }

  private void read() {
    JsonObject answer =
        billing.get("/participations" + (revision == 0 ? "" : "?after=" + revision));
    if (answer == null) {
      return;
    }
    if (answer.getLong("newest") < revision) {
      revision = 0;
      return;
    }
    Map<Long, Integer> steered = new LinkedHashMap<>();
    for (Object each : answer.getJsonArray("items")) {
      JsonObject item = (JsonObject) each;
      steered.put(Long.parseLong(item.getString("lineItemId")), item.getInteger("partsPerMillion"));
    }
    transactions.forService(
        handle -> {
          List<Outbox.Change> changes = ParticipationStore.take(handle, steered);
          if (!changes.isEmpty()) {
            outbox.append(handle, changes);
          }
          return null;
        });
    revision = answer.getLong("revision");
  }
}
