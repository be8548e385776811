package io.adplatform.settle.signal;

import io.adplatform.wire.sbe.NoticeKind;
import io.adplatform.wire.sbe.SignalDecoder;
import java.nio.ByteBuffer;

/**
 * What a notice tells of, besides the bid.
 *
 * @param timeMillis when it was recorded
 * @param minToWinCpmMicros what would have won, in the currency of {@code bidCpmMicros}; -1 is
 *     unknown
 * @param lossReason OpenRTB 2.6 list of loss reasons; {@link #NO_REASON} where missing
 * @param bidCpmMicros what was sent to the SSP of the partner's bid; 0 where nothing was
 */
record Heard(
    NoticeKind kind, long timeMillis, long minToWinCpmMicros, int lossReason, long bidCpmMicros) {
  /** Bytes that {@link #write} puts. */
  static final int BYTES = 1 + 3 * Long.BYTES + Integer.BYTES;

  static final int NO_REASON = 65534;

  static Heard of(NoticeKind kind, SignalDecoder signal) {
    return new Heard(
        kind,
        signal.receivedMillis(),
        signal.minToWinCpmMicros(),
        kind == NoticeKind.LURL ? signal.lossReason() : 0,
        signal.bidCpmMicros());
  }

  void write(ByteBuffer into) {
    into.put((byte) kind.value()).putLong(timeMillis).putLong(minToWinCpmMicros);
    into.putInt(lossReason).putLong(bidCpmMicros);
  }

  static Heard read(ByteBuffer from) {
    NoticeKind kind = NoticeKind.get(from.get());
    return new Heard(kind, from.getLong(), from.getLong(), from.getInt(), from.getLong());
  }
}
