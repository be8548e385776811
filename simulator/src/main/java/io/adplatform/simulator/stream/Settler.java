package io.adplatform.simulator.stream;

import io.adplatform.settle.Settlement;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Judges the events of one partition: {@link Settlement}, or a test's. */
public interface Settler {
  /** As {@link Settlement#settle}. */
  int settle(DirectBuffer in, int length, long appendedMillis, MutableDirectBuffer out);

  /** As {@link Settlement#write}. */
  byte[] write();

  /** As {@link Settlement#read}. */
  void read(byte[] state);

  /** The real one. */
  static Settler of(Settlement settlement) {
    return new Settler() {
      @Override
      public int settle(DirectBuffer in, int length, long appendedMillis, MutableDirectBuffer out) {
        return settlement.settle(in, 0, length, appendedMillis, out);
      }

      @Override
      public byte[] write() {
        return settlement.write();
      }

      @Override
      public void read(byte[] state) {
        settlement.read(ByteBuffer.wrap(state));
      }
    };
  }
}
