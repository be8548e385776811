package io.adplatform.analytics.ship;

import io.adplatform.runtime.journal.JournalReader;
import io.adplatform.runtime.journal.JournalRecording;
import io.adplatform.runtime.metrics.EnumCounters;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ships every recording of the journal, in order, and marks how far the node is. A recording that
 * cannot be read holds back the marks and no other recording. Owned by one thread of its own, which
 * it may block for some seconds while Kafka is away; figures may be read by any thread.
 */
final class ShipperAgent implements Agent {
  private static final Logger LOG = LoggerFactory.getLogger(ShipperAgent.class);

  /** Records of one recording at a time, so that all recordings advance. */
  private static final int POLL_LIMIT = 2_000;

  /** Recordings of former boots that are read at a time, the oldest first. */
  private static final int ENDED_AT_A_TIME = 8;

  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long SEAL_NANOS = 50_000_000;
  private static final long LISTING_NANOS = SECOND_NANOS;
  private static final long MARK_NANOS = SECOND_NANOS;
  private static final long RESEND_PAUSE_NANOS = SECOND_NANOS;
  private static final long SAVE_PAUSE_NANOS = SECOND_NANOS;

  /** Shipped bytes of a live recording that are kept, to look into what just happened. */
  private static final long KEPT_BYTES = 16L << 20;

  private final JournalReader reader;
  private final Supplier<EventPublisher> publishers;
  private final ShipPositions positions;
  private final LaneWatermarks lanes;
  private final int nodeId;
  private final EnumCounters<ShipOutcome> counters;
  private final NanoClock clock;

  private final Map<RecordingKey, ShippedRecording> open = new HashMap<>();
  private final Set<RecordingKey> finished = new HashSet<>();
  private List<JournalRecording> listed = List.of();
  private EventPublisher publisher;
  private MarkRound round;
  private boolean asking;
  private boolean sentSinceSeal;
  private long sentMarkMillis;
  private long sealNanos;
  private long listingNanos;
  private long markNanos;
  private long resumeNanos;
  private long saveNanos;
  private volatile long lagBytes;
  private volatile long markMillis;
  private volatile long markedNanos;

  /**
   * A shipper of all recordings that the reader sees.
   *
   * @param publishers opens a publisher; called again after a failure
   * @param nodeId whose lanes are asked
   */
  ShipperAgent(
      JournalReader reader,
      Supplier<EventPublisher> publishers,
      ShipPositions positions,
      LaneWatermarks lanes,
      int nodeId,
      EnumCounters<ShipOutcome> counters,
      NanoClock clock) {
    this.reader = reader;
    this.publishers = publishers;
    this.positions = positions;
    this.lanes = lanes;
    this.nodeId = nodeId;
    this.counters = counters;
    this.clock = clock;
    long now = clock.nanoTime();
    listingNanos = now - LISTING_NANOS;
    markNanos = now - MARK_NANOS;
    resumeNanos = now;
    sealNanos = now;
    saveNanos = now;
    markedNanos = now;
    markMillis = positions.markMillis();
  }

  @Override
  public int doWork() {
    long now = clock.nanoTime();
    if (publisher != null && publisher.hasFailed()) {
      startOver();
      return 1;
    }
    if (now - listingNanos >= LISTING_NANOS) {
      list(now);
    }
    if (publisher == null && !openPublisher(now)) {
      return 0;
    }
    int work = ship(now);
    acknowledge(now);
    work += mark(now);
    return work;
  }

  private boolean openPublisher(long now) {
    if (now - resumeNanos < 0) {
      return false;
    }
    try {
      publisher = publishers.get();
      return true;
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      resumeNanos = now + RESEND_PAUSE_NANOS;
      LOG.warn("the journal waits for Kafka: {}", e.toString());
      return false;
    }
  }

  @Override
  public void onClose() {
    if (publisher != null) {
      seal();
      publisher.close();
      acknowledge(clock.nanoTime());
    }
    save(clock.nanoTime());
    open.values().forEach(ShippedRecording::close);
    open.clear();
  }

  @Override
  public String roleName() {
    return "shipper";
  }

  /** Recorded bytes that Kafka has not acknowledged, as of about a second ago. Any thread. */
  long lagBytes() {
    return lagBytes;
  }

  /** The last mark that Kafka has, milliseconds since 1970; 0 before the first. Any thread. */
  long markMillis() {
    return markMillis;
  }

  /** When Kafka had the last mark by the agent's clock; its start before the first. Any thread. */
  long markedNanos() {
    return markedNanos;
  }

  /** Looks what recordings there are, and deletes what was acknowledged. Whether it could look. */
  private boolean list(long now) {
    listingNanos = now;
    try {
      listed = reader.recordings();
    } catch (RuntimeException e) {
      counters.increment(ShipOutcome.RECORDING_FAULT);
      LOG.warn("the journal cannot be listed, trying again: {}", e.toString());
      return false;
    }
    Set<RecordingKey> known = new HashSet<>();
    int ended = 0;
    for (JournalRecording recording : listed) {
      RecordingKey id = RecordingKey.of(recording);
      known.add(id);
      if (finished.contains(id)) {
        continue;
      }
      ShippedRecording shipped = open.get(id);
      if (shipped != null) {
        shipped.update(recording);
      } else if (recording.isLive() || ended < ENDED_AT_A_TIME) {
        shipped = ShippedRecording.open(reader, recording, positions.of(id), counters);
        open.put(id, shipped);
      }
      ended += recording.isLive() || shipped == null || shipped.isFaulty() ? 0 : 1;
    }
    save(now);
    purge();
    measureLag();
    finished.removeIf(id -> !known.contains(id) && (round == null || !round.awaits(id)));
    positions.retain(known);
    return true;
  }

  /**
   * Deletes what was acknowledged. Where the file does not say so yet, a restart finds it gone, and
   * begins behind it.
   */
  private void purge() {
    for (JournalRecording recording : listed) {
      RecordingKey id = RecordingKey.of(recording);
      long acknowledged = positions.of(id);
      if (!recording.isLive() && acknowledged >= recording.stopPosition()) {
        finished.add(id);
        ShippedRecording shipped = open.remove(id);
        if (shipped != null) {
          shipped.close();
        }
        purge(recording, acknowledged);
      } else if (acknowledged - recording.startPosition() > KEPT_BYTES) {
        purge(recording, acknowledged - KEPT_BYTES);
      }
    }
  }

  private void purge(JournalRecording recording, long position) {
    try {
      reader.purge(recording, position);
    } catch (RuntimeException e) {
      counters.increment(ShipOutcome.RECORDING_FAULT);
      LOG.warn("{} is not deleted up to {}, trying again: {}", recording, position, e.toString());
    }
  }

  private void measureLag() {
    long lag = 0;
    for (JournalRecording recording : listed) {
      long from = Math.max(recording.startPosition(), positions.of(RecordingKey.of(recording)));
      try {
        lag += Math.max(0, reader.endPosition(recording) - from);
      } catch (RuntimeException e) {
        // The Archive is away: the figure of before stands.
        return;
      }
    }
    lagBytes = lag;
  }

  private int ship(long now) {
    int sent = 0;
    for (Map.Entry<RecordingKey, ShippedRecording> entry : open.entrySet()) {
      ShippedRecording recording = entry.getValue();
      if (recording.isPaused(now)) {
        continue;
      }
      try {
        sent += recording.ship(publisher, POLL_LIMIT);
      } catch (InterruptException e) {
        throw e;
      } catch (RuntimeException e) {
        counters.increment(ShipOutcome.RECORDING_FAULT);
        recording.pause(now);
        // Some of it may be sent.
        sentSinceSeal = true;
        LOG.warn("{} cannot be read, the others go on: {}", entry.getKey(), e.toString());
      }
    }
    sentSinceSeal |= sent > 0;
    return sent;
  }

  private void acknowledge(long now) {
    if (sentSinceSeal && now - sealNanos >= SEAL_NANOS) {
      sealNanos = now;
      seal();
    }
    ShipProgress acknowledged = publisher.acknowledged();
    if (acknowledged != null) {
      acknowledged.positions().forEach(positions::advance);
      if (acknowledged.markMillis() != 0) {
        markMillis = acknowledged.markMillis();
        markedNanos = now;
      }
    }
  }

  private void seal() {
    Map<RecordingKey, Long> sent = new HashMap<>();
    open.forEach((id, recording) -> sent.put(id, recording.position()));
    publisher.seal(new ShipProgress(sent, sentMarkMillis));
    sentSinceSeal = false;
    sentMarkMillis = 0;
  }

  /** Asks the lanes about once a second; sends the mark when all that they speak of is sent. */
  private int mark(long now) {
    if (round == null && !asking && now - markNanos >= MARK_NANOS) {
      markNanos = now;
      asking = true;
      lanes.request();
    }
    if (asking) {
      List<LaneWatermark> answers = lanes.answers();
      if (answers != null) {
        asking = false;
        // Listed after the lanes answered: no recording that they speak of is missing.
        round = list(now) ? MarkRound.of(nodeId, answers, listed, open) : null;
      } else if (now - markNanos >= MARK_NANOS) {
        asking = false;
      }
    }
    if (round == null || !round.isReached(open, finished)) {
      return 0;
    }
    long millis = Math.max(round.millis(), positions.markMillis());
    positions.mark(millis);
    // Of a mark that the file does not name the next boot would know nothing, and time before it.
    if (!save(now)) {
      return 0;
    }
    publisher.sendMark(nodeId, millis);
    // also those that run no more: what they recorded is sent, and their leases are to close
    for (int other : reader.nodes()) {
      if (other != nodeId) {
        publisher.sendMark(other, round.otherNodesMillis());
      }
    }
    round = null;
    counters.increment(ShipOutcome.MARK);
    sentSinceSeal = true;
    sentMarkMillis = millis;
    return 1;
  }

  /** Ends what was begun; everything that is not acknowledged is sent again, after a pause. */
  void startOver() {
    long now = clock.nanoTime();
    counters.increment(ShipOutcome.FAILURE);
    EventPublisher ending = publisher;
    publisher = null;
    resumeNanos = now + RESEND_PAUSE_NANOS;
    listingNanos = now - LISTING_NANOS;
    open.values().forEach(ShippedRecording::close);
    open.clear();
    round = null;
    asking = false;
    sentSinceSeal = false;
    sentMarkMillis = 0;
    if (ending != null) {
      ending.close();
    }
  }

  /** Whether the file says what is known; tried again after a pause. */
  private boolean save(long now) {
    if (now - saveNanos < 0) {
      return false;
    }
    try {
      positions.save();
      return true;
    } catch (IOException e) {
      counters.increment(ShipOutcome.UNSAVED);
      saveNanos = now + SAVE_PAUSE_NANOS;
      LOG.warn("the shipped positions are not saved, shipping goes on: {}", e.toString());
      return false;
    }
  }
}
