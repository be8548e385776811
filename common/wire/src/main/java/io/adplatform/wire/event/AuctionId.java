package io.adplatform.wire.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 128-bit id of an auction: high half node (16 bits), boot (32, seconds since 1970), lane (16);
 * low half the lane's counter. Its text, 32 lower-case hex digits, is also {@code bid.id}.
 */
public final class AuctionId {
  /** Characters of the text form. */
  public static final int TEXT_LENGTH = 32;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** One in each byte of a long. */
  private static final long EACH = 0x0101_0101_0101_0101L;

  private AuctionId() {}

  /** The high half. */
  public static long hi(int node, long bootSeconds, int lane) {
    return (long) node << 48 | (bootSeconds & 0xffffffffL) << 16 | lane & 0xffff;
  }

  /** The node of a high half. */
  public static int node(long hi) {
    return (int) (hi >>> 48);
  }

  /** The lane of a high half. */
  public static int lane(long hi) {
    return (int) hi & 0xffff;
  }

  /** Writes the text form, {@link #TEXT_LENGTH} bytes. */
  public static void write(long hi, long lo, byte[] into, int offset) {
    LONGS.set(into, offset, digits(hi >>> 32));
    LONGS.set(into, offset + 8, digits(hi & 0xffff_ffffL));
    LONGS.set(into, offset + 16, digits(lo >>> 32));
    LONGS.set(into, offset + 24, digits(lo & 0xffff_ffffL));
  }

  /** The eight hex digits of 32 bits, the first in the highest byte. */
  private static long digits(long bits) {
    long spread = (bits << 16 | bits) & 0x0000_ffff_0000_ffffL;
    spread = (spread << 8 | spread) & 0x00ff_00ff_00ff_00ffL;
    spread = (spread << 4 | spread) & 0x0f0f_0f0f_0f0f_0f0fL;
    long letters = (spread + 6 * EACH) >>> 4 & EACH;
    return spread + '0' * EACH + letters * ('a' - 10 - '0');
  }

  /** The text form, for the control plane. */
  public static String text(long hi, long lo) {
    byte[] text = new byte[TEXT_LENGTH];
    write(hi, lo, text, 0);
    return new String(text, java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** Whether a text is an auction id. */
  public static boolean isText(String text) {
    return text.length() == TEXT_LENGTH
        && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
  }

  /** The high half of a text for which {@link #isText} holds. */
  public static long parseHi(String text) {
    return Long.parseUnsignedLong(text, 0, 16, 16);
  }

  /** The low half of a text for which {@link #isText} holds. */
  public static long parseLo(String text) {
    return Long.parseUnsignedLong(text, 16, 32, 16);
  }

  /**
   * A well-mixed number from both halves, from which ties are drawn (the finaliser of MurmurHash3).
   */
  public static long seed(long hi, long lo) {
    long h = hi * 0x9E3779B97F4A7C15L ^ lo;
    h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
    return h ^ h >>> 33;
  }
}
