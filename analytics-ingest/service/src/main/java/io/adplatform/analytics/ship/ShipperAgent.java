package io.adplatform.analytics.ship;

import io.adplatform.runtime.journal.JournalReader;
import io.adplatform.runtime.journal.JournalRecording;
import io.adplatform.runtime.metrics.EnumCounters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * Ships every recording of the journal, in order, and marks how far the node is. Owned by one
 * thread of its own, which it may block while Kafka is away; figures may be read by any thread.
 */
final class ShipperAgent implements Agent {
  /** Records of one recording at a time, so that all recordings advance. */
  private static final int POLL_LIMIT = 2_000;

  /** Recordings of former boots that are read at a time, the oldest first. */
  private static final int ENDED_AT_A_TIME = 8;

  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long SEAL_NANOS = 50_000_000;
  private static final long LISTING_NANOS = SECOND_NANOS;
  private static final long MARK_NANOS = SECOND_NANOS;
  private static final long RESEND_PAUSE_NANOS = SECOND_NANOS;

  /** Shipped bytes of a live recording that are kept, to look into what just happened. */
  private static final long KEPT_BYTES = 16L << 20;

  private final JournalReader reader;
  private final Supplier<EventPublisher> publishers;
  private final ShipPositions positions;
  private final LaneWatermarks lanes;
  private final int nodeId;
  private final EnumCounters<ShipOutcome> counters;
  private final NanoClock clock;

  private final Map<Long, ShippedRecording> open = new HashMap<>();
  private final Set<Long> finished = new HashSet<>();
  private List<JournalRecording> listed = List.of();
  private EventPublisher publisher;
  private MarkRound round;
  private boolean asking;
  private boolean sentSinceSeal;
  private long sealNanos;
  private long listingNanos;
  private long markNanos;
  private long resumeNanos;
  private volatile long lagBytes;
  private volatile long markMillis;

  /**
   * A shipper of all recordings that the reader sees.
   *
   * @param publishers opens a publisher; called again after a failure
   * @param nodeId whose marks are sent
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
    markMillis = positions.markMillis();
  }

  @Override
  public int doWork() {
    long now = clock.nanoTime();
    if (publisher == null) {
      if (now - resumeNanos < 0) {
        return 0;
      }
      publisher = publishers.get();
    }
    if (publisher.hasFailed()) {
      startOver();
      return 1;
    }
    if (now - listingNanos >= LISTING_NANOS) {
      list(now);
    }
    int work = ship();
    acknowledge(now);
    work += mark(now);
    return work;
  }

  @Override
  public void onClose() {
    if (publisher != null) {
      seal();
      publisher.close();
      acknowledge(clock.nanoTime());
      save();
    }
    open.values().forEach(ShippedRecording::close);
    open.clear();
  }

  @Override
  public String roleName() {
    return "shipper";
  }

  /** Recorded bytes that Kafka has not acknowledged. Any thread. */
  long lagBytes() {
    return lagBytes;
  }

  /** The last mark sent, milliseconds since 1970. Any thread. */
  long markMillis() {
    return markMillis;
  }

  private void list(long now) {
    listingNanos = now;
    listed = reader.recordings();
    Set<Long> known = new HashSet<>();
    int ended = 0;
    for (JournalRecording recording : listed) {
      long id = recording.recordingId();
      known.add(id);
      ShippedRecording shipped = open.get(id);
      if (shipped == null && !finished.contains(id)) {
        if (recording.isLive() || ended < ENDED_AT_A_TIME) {
          open.put(id, ShippedRecording.open(reader, recording, positions.of(id)));
        }
      } else if (shipped != null) {
        shipped.update(recording);
      }
      ended += recording.isLive() || finished.contains(id) ? 0 : 1;
    }
    purge();
    finished.retainAll(known);
    positions.retain(known);
  }

  /** Deletes what was acknowledged, once the file says so. */
  private void purge() {
    save();
    for (JournalRecording recording : listed) {
      long id = recording.recordingId();
      long acknowledged = positions.of(id);
      if (!recording.isLive()
          && !finished.contains(id)
          && acknowledged >= recording.stopPosition()) {
        finished.add(id);
        ShippedRecording shipped = open.remove(id);
        if (shipped != null) {
          shipped.close();
        }
        reader.purge(recording, acknowledged);
      } else if (acknowledged - recording.startPosition() > KEPT_BYTES) {
        reader.purge(recording, acknowledged - KEPT_BYTES);
      }
    }
  }

  private int ship() {
    int sent = 0;
    long lag = 0;
    for (ShippedRecording recording : open.values()) {
      if (publisher.hasRoom() && !publisher.hasFailed()) {
        sent += recording.ship(publisher, counters, POLL_LIMIT);
      }
      lag += recording.lagBytes();
    }
    sentSinceSeal |= sent > 0;
    lagBytes = lag + publisher.outstandingBytes();
    return sent;
  }

  private void acknowledge(long now) {
    if (sentSinceSeal && now - sealNanos >= SEAL_NANOS) {
      sealNanos = now;
      seal();
    }
    Map<Long, Long> acknowledged = publisher.acknowledged();
    if (acknowledged != null) {
      acknowledged.forEach(positions::advance);
    }
  }

  private void seal() {
    Map<Long, Long> sent = new HashMap<>();
    open.forEach((id, recording) -> sent.put(id, recording.position()));
    publisher.seal(sent);
    sentSinceSeal = false;
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
        list(now);
        round = MarkRound.of(answers, listed, open);
      } else if (now - markNanos >= MARK_NANOS) {
        asking = false;
      }
    }
    if (round == null || !round.isReached(open, finished)) {
      return 0;
    }
    long millis = Math.max(round.millis(), positions.markMillis());
    positions.mark(millis);
    save();
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
    markMillis = millis;
    return 1;
  }

  /** Ends what was begun; everything that is not acknowledged is sent again, after a pause. */
  void startOver() {
    long now = clock.nanoTime();
    counters.increment(ShipOutcome.FAILURE);
    if (publisher != null) {
      publisher.close();
      publisher = null;
    }
    resumeNanos = now + RESEND_PAUSE_NANOS;
    listingNanos = now - LISTING_NANOS;
    open.values().forEach(ShippedRecording::close);
    open.clear();
    round = null;
    asking = false;
    sentSinceSeal = false;
  }

  private void save() {
    try {
      positions.save();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
