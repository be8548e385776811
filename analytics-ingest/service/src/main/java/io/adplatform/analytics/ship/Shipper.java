package io.adplatform.analytics.ship;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.http.ReadinessCheck;
import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.storage.kafka.KafkaTopics;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shipper's thread: turns the {@link ShipperAgent} until closed. Whatever goes wrong is shown
 * in readiness and tried again. Kafka away is no reason to take no beacons: the journal keeps them,
 * so that the node is degraded and not unready.
 */
public final class Shipper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Shipper.class);
  private static final Duration TOPICS = Duration.ofSeconds(5);

  /** With nothing to ship: little enough to add nothing that is felt to a report's lag. */
  private static final long IDLE_MILLIS = 10;

  private static final long FAULT_PAUSE_MILLIS = 1_000;

  /** A mark is due every second; a restarted broker is back within this. */
  private static final long MARK_LATE_NANOS = 30_000_000_000L;

  /** A clean stop takes little longer for it. */
  private static final long DRAIN_NANOS = 2_000_000_000L;

  private static final long CLOSE_MILLIS = 15_000;
  private static final double MILLIS_PER_SECOND = 1_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final KafkaConfig kafka;
  private final ShipperAgent agent;
  private final Thread thread;
  private volatile boolean closed;
  private boolean topicsMade;

  private Shipper(
      HotNode node,
      KafkaConfig kafka,
      ShipPositions positions,
      LaneWatermarks lanes,
      EnumCounters<ShipOutcome> counters) {
    this.kafka = kafka;
    this.agent =
        new ShipperAgent(
            node.driver().reader(),
            this::openPublisher,
            positions,
            lanes,
            node.nodeId(),
            counters,
            SystemNanoClock.INSTANCE);
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
    Shipper shipper = new Shipper(node, kafka, positions, lanes, counters);
    node.metrics()
        .gauge(
            "adplatform_journal_lag_bytes",
            "Recorded bytes that Kafka has not acknowledged",
            shipper.agent::lagBytes);
    node.metrics()
        .gauge(
            "adplatform_journal_mark_age_seconds",
            "How long ago everything was shipped that had been received; NaN before the first time",
            shipper::markAgeSeconds);
    node.readiness().register("shipper", shipper::check);
    shipper.thread.start();
    return shipper;
  }

  private double markAgeSeconds() {
    long millis = agent.markMillis();
    return millis == 0 ? Double.NaN : (System.currentTimeMillis() - millis) / MILLIS_PER_SECOND;
  }

  private ReadinessCheck.Result check() {
    if (!closed && !thread.isAlive()) {
      return ReadinessCheck.Result.notReady("the shipper's thread has ended");
    }
    long sinceNanos = System.nanoTime() - agent.markedNanos();
    return sinceNanos < MARK_LATE_NANOS
        ? ReadinessCheck.Result.ok("lagBytes", agent.lagBytes())
        : ReadinessCheck.Result.degraded(
            "the journal waits: Kafka has had no mark for "
                + sinceNanos / NANOS_PER_SECOND
                + " s, "
                + agent.lagBytes()
                + " bytes are not shipped");
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
      while (!closed) {
        turn();
      }
      drain();
    } catch (InterruptedException | InterruptException e) {
      // Closed while it waited: what is not acknowledged is sent after the next start.
      closed = true;
    } catch (Throwable e) {
      LOG.error("the shipper ends; the journal waits for the next start", e);
    } finally {
      end();
    }
  }

  private void turn() throws InterruptedException {
    try {
      if (agent.doWork() == 0) {
        Thread.sleep(IDLE_MILLIS);
      }
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      // An error too is better met by another try than by a journal that nobody ships.
      LOG.error("the shipper failed; it sends again what is not acknowledged", e);
      agent.startOver();
      Thread.sleep(FAULT_PAUSE_MILLIS);
    }
  }

  private EventPublisher openPublisher() {
    if (!topicsMade) {
      try {
        KafkaTopics.create(kafka, TOPICS);
        topicsMade = true;
      } catch (TimeoutException e) {
        throw new KafkaException("Kafka is away", e);
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
    return EventPublisher.open(kafka);
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
