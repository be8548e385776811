package io.adplatform.analytics.collect;

import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import io.vertx.core.http.HttpServerResponse;
import org.agrona.concurrent.Agent;

/**
 * Answers beacons and notices once their signals are recorded: many with one look at the recorded
 * position. Owned by the lane.
 */
public final class CollectAgent implements Agent {
  /**
   * Answers that may wait for the journal: at 100,000 beacons a second a tenth of a second's worth,
   * far more than a recording that keeps up ever needs.
   */
  static final int MAX_WAITING = 8_192;

  private final Lane lane;
  private final LaneJournal journal;
  private final CollectCounters counters;
  private final PendingAnswers waiting = new PendingAnswers(MAX_WAITING);
  private final BeaconAnswers answers = new BeaconAnswers();

  /** An agent for the lane whose journal it is. */
  public CollectAgent(Lane lane, LaneJournal journal, CollectCounters counters) {
    this.lane = lane;
    this.journal = journal;
    this.counters = counters;
  }

  @Override
  public int doWork() {
    if (waiting.size() == 0) {
      return 0;
    }
    long recordingId = journal.recordingId();
    long recorded = journal.recordedPosition();
    int work = 0;
    while (waiting.size() > 0) {
      boolean failed = waiting.recordingId() != recordingId;
      if (!failed && waiting.position() > recorded) {
        // All that came in this cycle is recorded, and answered, together.
        journal.wakeWhenRecorded(waiting.newestPosition());
        break;
      }
      answer(!failed);
      work++;
    }
    return work;
  }

  @Override
  public void onClose() {
    long recordingId = journal.recordingId();
    long recorded = journal.recordedPosition();
    while (waiting.size() > 0) {
      answer(waiting.recordingId() == recordingId && waiting.position() <= recorded);
    }
  }

  @Override
  public String roleName() {
    return "collect";
  }

  boolean isFull() {
    return waiting.isFull();
  }

  /**
   * Has a request answered when the journal has recorded up to a position; it is asked to later.
   */
  void await(
      HttpServerResponse response,
      BeaconKind kind,
      String location,
      long position,
      long offeredNanos) {
    waiting.add(response, kind, location, journal.recordingId(), position, offeredNanos);
  }

  private void answer(boolean recorded) {
    HttpServerResponse response = waiting.response();
    BeaconKind kind = waiting.kind();
    if (recorded) {
      counters.recordedAfter(lane.nowNanos() - waiting.offeredNanos());
    }
    if (response.closed() || response.ended()) {
      counters.count(kind, recorded ? CollectOutcome.GONE : CollectOutcome.NOT_RECORDED);
    } else if (recorded) {
      counters.count(kind, CollectOutcome.RECORDED);
      answers.taken(response, kind, waiting.location());
    } else {
      counters.count(kind, CollectOutcome.NOT_RECORDED);
      answers.unavailable(response);
    }
    waiting.remove();
  }
}
