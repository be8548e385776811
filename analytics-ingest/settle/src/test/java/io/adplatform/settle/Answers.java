package io.adplatform.settle;

import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledLeaseDecoder;
import io.adplatform.wire.sbe.SettledMarkDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Settles one message and reads the answer. */
final class Answers {
  /** Of a message of which nobody knows when it came. */
  static final long UNKNOWN = -1;

  private Answers() {}

  /** The event that a message settles to. */
  static SettledEventDecoder event(Settlement settlement, byte[] message) {
    UnsafeBuffer out = settle(settlement, message);
    return event(out);
  }

  static SettledEventDecoder event(DirectBuffer out) {
    return new SettledEventDecoder().wrapAndApplyHeader(out, 0, new MessageHeaderDecoder());
  }

  static SettledMarkDecoder mark(Settlement settlement, byte[] message) {
    return mark(settlement, message, UNKNOWN);
  }

  static SettledMarkDecoder mark(Settlement settlement, byte[] message, long appendedMillis) {
    UnsafeBuffer out = settle(settlement, message, appendedMillis);
    return new SettledMarkDecoder().wrapAndApplyHeader(out, 0, new MessageHeaderDecoder());
  }

  static SettledLeaseDecoder lease(Settlement settlement, byte[] message) {
    UnsafeBuffer out = settle(settlement, message);
    return new SettledLeaseDecoder().wrapAndApplyHeader(out, 0, new MessageHeaderDecoder());
  }

  /** The verdict on a message that has no answer. */
  static Verdict verdict(Settlement settlement, byte[] message) {
    UnsafeBuffer out = new UnsafeBuffer(new byte[Settlement.MAX_ANSWER_LENGTH]);
    settlement.settle(new UnsafeBuffer(message), 0, message.length, UNKNOWN, out);
    return settlement.verdict();
  }

  private static UnsafeBuffer settle(Settlement settlement, byte[] message) {
    return settle(settlement, message, UNKNOWN);
  }

  private static UnsafeBuffer settle(Settlement settlement, byte[] message, long appendedMillis) {
    UnsafeBuffer out = new UnsafeBuffer(new byte[Settlement.MAX_ANSWER_LENGTH]);
    int length =
        settlement.settle(new UnsafeBuffer(message), 0, message.length, appendedMillis, out);
    if (length == 0) {
      throw new AssertionError("no answer: " + settlement.verdict());
    }
    return out;
  }
}
