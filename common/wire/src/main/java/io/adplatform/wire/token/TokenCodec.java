package io.adplatform.wire.token;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;

/**
 * Writes and reads tokens: 105 bytes (layout in {@code docs/architecture.md}) as 140 characters of
 * base64url; reads those of the version before too, which may be out while a node is upgraded (ADR
 * 0105). Owned by one thread; allocates nothing.
 */
public final class TokenCodec {
  /** Characters of a token. */
  public static final int TEXT_LENGTH = 140;

  /** What a reading came to. */
  public enum Result {
    VALID,
    /** Not the characters of base64url that it should be, or of a version not known here. */
    MALFORMED,
    /** Signed with no key accepted here, or altered. */
    FORGED,
    /** Its time is over. */
    EXPIRED
  }

  /** A multiple of three, so that the text needs no padding: the last byte is 0. */
  private static final int BYTES = 105;

  private static final int MAC_OFFSET = 88;
  private static final int END = MAC_OFFSET + SipHash.MAC_LENGTH;
  private static final int VERSION = 2;

  // The same fields but for the deal.
  private static final int TEXT_LENGTH_1 = 128;
  private static final int MAC_OFFSET_1 = 80;
  private static final int VERSION_1 = 1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder();
  private static final byte[] FROM_TEXT = new byte[128];

  static {
    Arrays.fill(FROM_TEXT, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      FROM_TEXT[ALPHABET.charAt(i)] = (byte) i;
    }
  }

  private final TokenKeys keys;
  private final SipHash[] macs;
  private final byte[] raw = new byte[BYTES];

  /** Signs with the first of the keys, accepts all of them. */
  public TokenCodec(TokenKeys keys) {
    this.keys = keys;
    this.macs = new SipHash[keys.size()];
    for (int i = 0; i < macs.length; i++) {
      macs[i] = keys.mac(i);
    }
  }

  /** Writes a token's {@link #TEXT_LENGTH} characters to the start of an array. */
  public void write(Token token, byte[] into) {
    pack(token);
    macs[0].hash(raw, 0, MAC_OFFSET);
    macs[0].write(raw, MAC_OFFSET);
    TO_TEXT.encode(raw, into);
  }

  /**
   * Reads a token.
   *
   * @param text holds it from {@code from} to its end; anything but {@link #TEXT_LENGTH}
   *     characters, or those of a former release, is malformed
   * @param nowSeconds since 1970
   * @param into holds the token's fields where the result is VALID or EXPIRED, else is untouched
   */
  public Result read(CharSequence text, int from, long nowSeconds, Token into) {
    int length = text.length() - from;
    boolean current = length == TEXT_LENGTH;
    if (!current && length != TEXT_LENGTH_1) {
      return Result.MALFORMED;
    }
    int bad = 0;
    for (int i = 0, at = from; at < text.length(); i += 3, at += 4) {
      int a = value(text.charAt(at));
      int b = value(text.charAt(at + 1));
      int c = value(text.charAt(at + 2));
      int d = value(text.charAt(at + 3));
      bad |= a | b | c | d;
      int bits = a << 18 | b << 12 | c << 6 | d;
      raw[i] = (byte) (bits >>> 16);
      raw[i + 1] = (byte) (bits >>> 8);
      raw[i + 2] = (byte) bits;
    }
    if (bad < 0 || raw[0] != (current ? VERSION : VERSION_1) || current && raw[END] != 0) {
      return Result.MALFORMED;
    }
    if (!isSigned(current ? MAC_OFFSET : MAC_OFFSET_1)) {
      return Result.FORGED;
    }
    unpack(into);
    into.dealId = current ? (long) LONGS.get(raw, 80) : 0;
    return into.expirySeconds < nowSeconds ? Result.EXPIRED : Result.VALID;
  }

  private boolean isSigned(int macOffset) {
    for (int i = 0; i < macs.length; i++) {
      if (keys.id(i) == (raw[1] & 0xff)) {
        macs[i].hash(raw, 0, macOffset);
        return macs[i].matches(raw, macOffset);
      }
    }
    return false;
  }

  private static int value(char c) {
    return c < FROM_TEXT.length ? FROM_TEXT[c] : -1;
  }

  /** Stores the very words that the MAC then loads: a load across two stores waits for both. */
  private void pack(Token token) {
    assert isAmount(token.leaseAmountMicros) : token.leaseAmountMicros;
    assert isAmount(token.chargeMicros) : token.chargeMicros;
    assert isAmount(token.bidCpmMicros) : token.bidCpmMicros;
    long head = VERSION << 24 | keys.id(0) << 16 | (token.flags & 0xff) << 8 | token.format & 0xff;
    long tail = (token.country & 0xffff) << 16 | (token.deviceType & 0xff) << 8;
    LONGS.set(raw, 0, head << 32 | token.auctionHi >>> 32);
    LONGS.set(raw, 8, token.auctionHi << 32 | token.auctionLo >>> 32);
    LONGS.set(raw, 16, token.auctionLo << 32 | token.leaseId >>> 32);
    LONGS.set(raw, 24, token.leaseId << 32 | token.leaseAmountMicros >>> 16);
    LONGS.set(raw, 32, token.leaseAmountMicros << 48 | token.lineItemId >>> 16);
    LONGS.set(raw, 40, token.lineItemId << 48 | token.creativeId >>> 16);
    LONGS.set(raw, 48, token.creativeId << 48 | token.supplyPartnerId >>> 16);
    LONGS.set(raw, 56, token.supplyPartnerId << 48 | token.chargeMicros);
    LONGS.set(raw, 64, token.bidCpmMicros << 16 | token.currency & 0xffff);
    LONGS.set(raw, 72, token.expirySeconds << 32 | tail & 0xffff_ffffL);
    LONGS.set(raw, 80, token.dealId);
    raw[END] = 0;
  }

  private static boolean isAmount(long micros) {
    return micros >= 0 && micros <= Token.MAX_AMOUNT;
  }

  private void unpack(Token token) {
    token.flags = raw[2] & 0xff;
    token.format = raw[3] & 0xff;
    token.auctionHi = (long) LONGS.get(raw, 4);
    token.auctionLo = (long) LONGS.get(raw, 12);
    token.leaseId = (long) LONGS.get(raw, 20);
    token.leaseAmountMicros = amount(28);
    token.lineItemId = (long) LONGS.get(raw, 34);
    token.creativeId = (long) LONGS.get(raw, 42);
    token.supplyPartnerId = (long) LONGS.get(raw, 50);
    token.chargeMicros = amount(58);
    token.bidCpmMicros = amount(64);
    token.currency = (short) SHORTS.get(raw, 70) & 0xffff;
    token.expirySeconds = (int) INTS.get(raw, 72) & 0xffffffffL;
    token.country = (short) SHORTS.get(raw, 76) & 0xffff;
    token.deviceType = raw[78] & 0xff;
  }

  private long amount(int offset) {
    return ((short) SHORTS.get(raw, offset) & 0xffffL) << 32
        | ((int) INTS.get(raw, offset + 2) & 0xffffffffL);
  }
}
