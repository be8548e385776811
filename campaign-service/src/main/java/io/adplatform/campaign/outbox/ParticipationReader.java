package io.adplatform.campaign.outbox;

import io.adplatform.campaign.serving.ServicePeer;
import io.adplatform.campaign.serving.ServicePeersConfig;
import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks billing-service every second which participations of paced line items have changed, and how
 * often those are charged that do not pay for impressions, and writes that to the outbox, so that
 * it is a version of the catalogue like all that auctions go by. It asks for more only when the
 * topics have taken what it wrote: to name a revision tells billing-service that auctions go by it.
 * While billing-service does not answer, or the catalogue is not published, participations stay as
 * they are. Thread-safe.
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

  /** The catalogue version in which all of it is; of the thread alone. */
  private long version;

  private boolean troubled;

  /** When an answer was last taken, on the clock of {@link System#nanoTime}. */
  private volatile long takenNanos = System.nanoTime();

  private ParticipationReader(Transactions transactions, Outbox outbox, ServicePeersConfig peers) {
    this.transactions = transactions;
    this.outbox = outbox;
    this.billing = new ServicePeer(client, peers.billingUrl(), peers.nodeKey());
  }

  /** Starts asking; returns at once. */
  public static ParticipationReader start(
      Transactions transactions, Outbox outbox, ServicePeersConfig peers, MeterRegistry metrics) {
    ParticipationReader reader = new ParticipationReader(transactions, outbox, peers);
    Gauge.builder(
            "adplatform.catalogue.participations.age.seconds",
            () -> (System.nanoTime() - reader.takenNanos) / 1e9)
        .description("How long ago the participations of paced line items were asked for and taken")
        .register(metrics);
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
    String trouble;
    try {
      trouble = read();
    } catch (RuntimeException e) {
      trouble = e.toString();
    }
    if (trouble == null) {
      takenNanos = System.nanoTime();
    } else if (!troubled) {
      LOG.warn("Participations of paced line items stay as they are, trying again: {}", trouble);
    }
    troubled = trouble != null;
  }

  /** What is in the way, or null. */
  private String read() {
    if (transactions.forService(ParticipationReader::publishedVersion) < version) {
      return "the catalogue is not published up to version " + version;
    }
    JsonObject answer =
        billing.get("/participations" + (revision == 0 ? "" : "?after=" + revision));
    if (answer == null) {
      return "billing-service does not answer";
    }
    if (answer.getLong("newest") < revision) {
      revision = 0;
      return null;
    }
    Map<Long, Integer> steered = new LinkedHashMap<>();
    Map<Long, ParticipationStore.Rate> rates = new LinkedHashMap<>();
    for (Object each : answer.getJsonArray("items")) {
      JsonObject item = (JsonObject) each;
      long lineItem = Long.parseLong(item.getString("lineItemId"));
      if (item.getInteger("partsPerMillion") != null) {
        steered.put(lineItem, item.getInteger("partsPerMillion"));
      } else {
        rates.put(
            lineItem,
            new ParticipationStore.Rate(
                item.getInteger("chargesPerMillion"), item.getLong("chargeMicros")));
      }
    }
    version = transactions.forService(handle -> take(handle, steered, rates));
    revision = answer.getLong("revision");
    return null;
  }

  private static long publishedVersion(Handle handle) {
    return handle.createQuery("SELECT version FROM publication").mapTo(Long.class).one();
  }

  /** The version in which all of it is, whoever wrote it. */
  private long take(
      Handle handle, Map<Long, Integer> steered, Map<Long, ParticipationStore.Rate> rates) {
    List<Outbox.Change> changes = ParticipationStore.take(handle, steered, rates);
    if (!changes.isEmpty()) {
      return outbox.append(handle, changes);
    }
    return steered.isEmpty() && rates.isEmpty() ? version : outbox.currentVersion(handle);
  }
}
