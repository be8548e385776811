package io.adplatform.analytics.collect;

import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.SignalEncoder;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.token.Token;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes signals to the lane's journal. The time it gives them never goes back on a lane, whatever
 * the machine's clock does: a journal mark that says "all before this time" stays true. Owned by
 * the lane.
 */
public final class SignalPublisher {
  /** The loss reason of a notice that gives none. */
  static final int NO_LOSS_REASON = 65534;

  private final Lane lane;
  private final LaneJournal journal;
  private final MutableDirectBuffer buffer =
      new ExpandableArrayBuffer(MessageHeaderEncoder.ENCODED_LENGTH + SignalEncoder.BLOCK_LENGTH);
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final SignalEncoder signal = new SignalEncoder();
  private final SteadyMillis time;
  private long lastRecordingId;
  private long lastPosition;

  /**
   * A publisher that has written nothing.
   *
   * @param floorMillis no signal is timed before it: where this node's marks stood when it started
   */
  public SignalPublisher(Lane lane, LaneJournal journal, long floorMillis) {
    this.lane = lane;
    this.journal = journal;
    this.time = new SteadyMillis(floorMillis);
  }

  /** Milliseconds since 1970; never less than before. Signals from now on are timed no earlier. */
  public long nowMillis() {
    return time.at(lane.nowMillis(), lane.nowNanos());
  }

  /** What the machine's clock says, milliseconds since 1970: tokens expire by it. */
  long clockMillis() {
    return lane.nowMillis();
  }

  /** The lane's monotonic nanoseconds. */
  long nowNanos() {
    return lane.nowNanos();
  }

  /**
   * Offers a signal.
   *
   * @param priceCpmMicros as notified, or -1
   * @param minToWinCpmMicros or -1
   * @return the position after it, or a negative code of {@link LaneJournal}
   */
  public long offer(
      SignalKind kind, Token token, long priceCpmMicros, long minToWinCpmMicros, int lossReason) {
    signal
        .wrapAndApplyHeader(buffer, 0, header)
        .receivedMillis(nowMillis())
        .priceCpmMicros(priceCpmMicros)
        .minToWinCpmMicros(minToWinCpmMicros)
        .lossReason(lossReason)
        .kind(kind)
        .flags((short) token.flags)
        .auctionHi(token.auctionHi)
        .auctionLo(token.auctionLo)
        .leaseId(token.leaseId)
        .leaseAmountMicros(token.leaseAmountMicros)
        .lineItemId(token.lineItemId)
        .creativeId(token.creativeId)
        .supplyPartnerId(token.supplyPartnerId)
        .chargeMicros(token.chargeMicros)
        .bidCpmMicros(token.bidCpmMicros)
        .expirySeconds(token.expirySeconds)
        .currency(token.currency)
        .country(token.country)
        .deviceType((short) token.deviceType)
        .format((short) token.format)
        .dealId(token.dealId);
    int length = MessageHeaderEncoder.ENCODED_LENGTH + signal.encodedLength();
    long position = journal.offerSignal(buffer, 0, length);
    if (position > 0) {
      lastRecordingId = journal.recordingId();
      lastPosition = position;
    }
    return position;
  }

  /** Recording of the last signal that the journal took; meaningless while there is none. */
  public long lastRecordingId() {
    return lastRecordingId;
  }

  /** Position after the last signal that the journal took; 0 while there is none. */
  public long lastPosition() {
    return lastPosition;
  }
}
