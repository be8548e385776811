package io.adplatform.analytics.ship;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.storage.kafka.KafkaTopics;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shipper's thread: makes the topics, then turns the {@link ShipperAgent} until closed. */
public final class Shipper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Shipper.class);
  private static final Duration TOPICS = Duration.ofSeconds(30);

  /** With nothing to ship: little enough to add nothing that is felt to a report's lag. */
  private static final long IDLE_MILLIS = 10;

  private static final long FAULT_PAUSE_MILLIS = 1_000;

  /** A clean stop takes little longer for it. */
  private static final long DRAIN_NANOS = 2_000_000_000L;

  private static final long CLOSE_MILLIS = 15_000;
  private static final double MILLIS_PER_SECOND = 1_000;

  private final KafkaConfig kafka;
  private final ShipperAgent agent;
  private final Thread thread;
  private volatile boolean closed;

  private Shipper(KafkaConfig kafka, ShipperAgent agent) {
    this.kafka = kafka;
    this.agent = agent;
    this.thread = new Thread(this::run, "journal-shipper");
    thread.setDaemon(true);
  }

  /** Starts to ship the journal of a node's driver; does not wait for Kafka. */
  public static Shipper start(
      HotNode node, KafkaConfig kafka, ShipPositions positions, LaneWatermarks lanes) {
    EnumCounters<ShipOutcome> counters =
        node.metrics()
            .counters(
                "adplatform_journal_shipped_total",
                "Journal records sent to Kafka, and failures to",
                "record",
                ShipOutcome.class);
    ShipperAgent agent =
        new ShipperAgent(
            node.driver().reader(),
            () -> EventPublisher.open(kafka),
            positions,
            lanes,
            node.nodeId(),
            counters,
            SystemNanoClock.INSTANCE);
    node.metrics()
        .gauge(
            "adplatform_journal_lag_bytes",
            "Recorded bytes that Kafka has not acknowledged",
            agent::lagBytes);
    node.metrics()
        .gauge(
            "adplatform_journal_mark_age_seconds",
            "How long ago everything was shipped that had been received",
            () -> (System.currentTimeMillis() - agent.markMillis()) / MILLIS_PER_SECOND);
    Shipper shipper = new Shipper(kafka, agent);
    shipper.thread.start();
    return shipper;
  }

  /** Ships what is recorded already, as far as Kafka takes it at once, and ends. */
  @Override
  public void close() {
    closed = true;
    try {
      thread.join(CLOSE_MILLIS / 2);
      // It blocks where Kafka is away.
      thread.interrupt();
      thread.join(CLOSE_MILLIS / 2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      if (!makeTopics()) {
        return;
      }
      while (!closed) {
        turn();
      }
      drain();
    } catch (InterruptedException | InterruptException e) {
      // Closed while it waited: what is not acknowledged is sent after the next start.
      closed = true;
    } finally {
      end();
    }
  }

  private boolean makeTopics() throws InterruptedException {
    while (!closed) {
      try {
        KafkaTopics.create(kafka, TOPICS);
        return true;
      } catch (TimeoutException e) {
        LOG.warn("Kafka is away, the journal waits: {}", e.getMessage());
      } catch (IllegalStateException e) {
        LOG.error("the topics are not as they should be, the journal waits", e);
      }
      Thread.sleep(FAULT_PAUSE_MILLIS);
    }
    return false;
  }

  private void turn() throws InterruptedException {
    try {
      if (agent.doWork() == 0) {
        Thread.sleep(IDLE_MILLIS);
      }
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("the shipper failed; it sends again what is not acknowledged", e);
      agent.startOver();
      Thread.sleep(FAULT_PAUSE_MILLIS);
    }
  }

  /** Sends what was recorded before the end, as far as Kafka takes it soon. */
  private void drain() {
    long deadline = System.nanoTime() + DRAIN_NANOS;
    while (System.nanoTime() - deadline < 0 && agent.doWork() > 0) {
      // Until there is no more.
    }
  }

  private void end() {
    try {
      agent.onClose();
    } catch (RuntimeException e) {
      LOG.warn("the shipper did not end well; what it had not noted is sent again", e);
    }
  }
}
