package io.adplatform.storage.lease;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has billing-service await a node: until it does, leases may close without regard to what the node
 * records, and so the node takes no beacons. Asked on a thread of its own, once it is heard, ever
 * again until then. Any thread may ask for the state.
 *
 * <p>Where billing-service is away, a node whose marks have been sent before takes beacons after a
 * grace: it is awaited unless an operator wrote it off in the meantime, and viewers do not ask
 * twice. One that nobody has heard of is not awaited for certain, and goes on to wait.
 */
public final class NodeRegistration implements AutoCloseable {
  /**
   * Longer than billing-service takes to start again, short for what a viewer's beacon is worth.
   */
  public static final Duration GRACE = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(NodeRegistration.class);
  private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long MAX_PAUSE_MILLIS = 400;
  private static final long CLOSE_MILLIS = 5_000;

  private final BillingClient billing;
  private final int nodeId;
  private final long graceEndNanos;
  private final boolean known;
  private final Thread thread;
  private volatile boolean awaited;
  private volatile boolean takesBeacons;
  private volatile boolean closed;

  private NodeRegistration(URI billing, String nodeKey, int nodeId, boolean known, Duration grace) {
    this.billing =
        new BillingClient(billing, nodeKey, "/internal/v1/nodes/" + nodeId + "/register");
    this.nodeId = nodeId;
    this.known = known;
    this.graceEndNanos = System.nanoTime() + grace.toNanos();
    this.thread = new Thread(this::run, "node-registration");
    thread.setDaemon(true);
  }

  /**
   * Begins to ask; returns at once.
   *
   * @param billing where billing-service's API is
   * @param nodeKey what {@code /internal/v1} asks for; never logged
   * @param known whether marks of this node have been sent before
   * @param grace after which a known node takes beacons though billing-service has not answered
   */
  public static NodeRegistration start(
      URI billing, String nodeKey, int nodeId, boolean known, Duration grace) {
    NodeRegistration registration = new NodeRegistration(billing, nodeKey, nodeId, known, grace);
    registration.thread.start();
    return registration;
  }

  /** Whether what the node records from now on is waited for, as far as can be known. */
  public boolean takesBeacons() {
    return takesBeacons;
  }

  /** Whether billing-service has said that it awaits the node. */
  public boolean isAwaited() {
    return awaited;
  }

  private void run() {
    long pauseMillis = FIRST_PAUSE_MILLIS;
    while (!closed && !awaited) {
      try {
        billing.post(BODY);
        awaited = true;
        takesBeacons = true;
        LOG.info("node step=registered node={}", nodeId);
      } catch (IOException e) {
        if (pauseMillis == FIRST_PAUSE_MILLIS) {
          LOG.info("billing-service does not await node {} yet: {}", nodeId, e.toString());
        }
        giveGrace(e);
        pauseMillis = Math.min(MAX_PAUSE_MILLIS, 2 * pauseMillis);
        pause(pauseMillis);
      }
    }
  }

  private void giveGrace(IOException cause) {
    if (known && !takesBeacons && System.nanoTime() - graceEndNanos >= 0) {
      takesBeacons = true;
      LOG.warn(
          "billing-service cannot be asked to await node {}, which takes beacons all the same: they"
              + " are over-delivery if it was written off meanwhile: {}",
          nodeId,
          cause.toString());
    }
  }

  private void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /** Asks no more. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    billing.close();
  }
}
