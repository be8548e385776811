package io.adplatform.analytics.launch;

import io.adplatform.analytics.collect.SignalPublisher;
import io.adplatform.analytics.ship.LaneWatermark;
import io.adplatform.analytics.ship.LaneWatermarks;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The lanes' publishers of signals, and the shipper's question to them how far they are: a task on
 * each lane, between two of its requests.
 */
final class LaneSignals implements LaneWatermarks {
  private final Lane[] lanes;
  private final LaneJournal[] journals;
  private final SignalPublisher[] publishers;
  // A question's answers; a lane that answers late does so into those of an old question.
  private AtomicReferenceArray<LaneWatermark> answers;

  /** The publishers belong to their lanes from then on. */
  LaneSignals(List<Lane> lanes, List<LaneJournal> journals, long floorMillis) {
    this.lanes = lanes.toArray(Lane[]::new);
    this.journals = journals.toArray(LaneJournal[]::new);
    this.publishers = new SignalPublisher[this.lanes.length];
    Arrays.setAll(
        publishers, i -> new SignalPublisher(this.lanes[i], this.journals[i], floorMillis));
    this.answers = new AtomicReferenceArray<>(this.lanes.length);
  }

  /** The publisher of a lane, for that lane's thread. */
  SignalPublisher publisher(Lane lane) {
    return publishers[lane.index()];
  }

  @Override
  public void request() {
    AtomicReferenceArray<LaneWatermark> fresh = new AtomicReferenceArray<>(lanes.length);
    answers = fresh;
    for (int i = 0; i < lanes.length; i++) {
      int lane = i;
      // A lane that takes no more tasks does not answer, and this second has no mark.
      lanes[i].execute(() -> fresh.set(lane, watermark(lane)));
    }
  }

  @Override
  public List<LaneWatermark> answers() {
    List<LaneWatermark> all = new ArrayList<>(lanes.length);
    for (int i = 0; i < lanes.length; i++) {
      LaneWatermark answer = answers.get(i);
      if (answer == null) {
        return null;
      }
      all.add(answer);
    }
    return all;
  }

  private LaneWatermark watermark(int lane) {
    SignalPublisher publisher = publishers[lane];
    return new LaneWatermark(
        journals[lane].recordingId(),
        publisher.lastRecordingId(),
        publisher.lastPosition(),
        publisher.nowMillis());
  }
}
