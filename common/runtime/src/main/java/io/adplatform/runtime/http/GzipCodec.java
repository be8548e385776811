package io.adplatform.runtime.http;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Gzip (RFC 1952) both ways, with native state that is made once. One thread. */
public final class GzipCodec implements AutoCloseable {
  /** {@link #inflate}: it is no gzip, or damaged. */
  public static final int MALFORMED = -1;

  /** {@link #inflate}: it would be longer than the bound. */
  public static final int TOO_LARGE = -2;

  private static final int HEADER_LENGTH = 10;
  private static final int TRAILER_LENGTH = 8;
  private static final int FLAG_HEADER_CRC = 2;
  private static final int FLAG_EXTRA = 4;
  private static final int FLAG_NAME = 8;
  private static final int FLAG_COMMENT = 16;
  private static final int FLAGS_RESERVED = 0xe0;
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private final Inflater inflater = new Inflater(true);
  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
  private final CRC32 crc = new CRC32();

  /**
   * Inflates a body of one member or several (RFC 1952, 2.2). The JDK's inflater tells damage by an
   * exception, which stays in here.
   *
   * @param bound longest result taken; {@code into} holds one byte more
   * @return length of the result, {@link #MALFORMED} or {@link #TOO_LARGE}
   */
  public int inflate(byte[] body, int length, byte[] into, int bound) {
    int size = 0;
    int at = 0;
    do {
      int start = dataStart(body, at, length);
      if (start < 0) {
        return MALFORMED;
      }
      int memberFrom = size;
      inflater.reset();
      inflater.setInput(body, start, length - start);
      size = inflateMember(into, size, bound);
      if (size < 0) {
        return size;
      }
      at = length - inflater.getRemaining();
      if (length - at < TRAILER_LENGTH || !isTrailer(body, at, into, memberFrom, size)) {
        return MALFORMED;
      }
      at += TRAILER_LENGTH;
    } while (at < length);
    return size;
  }

  /** Appends a member's data from {@code size} on; the new size, or what is wrong. */
  private int inflateMember(byte[] into, int from, int bound) {
    int size = from;
    try {
      while (!inflater.finished()) {
        int more = inflater.inflate(into, size, bound + 1 - size);
        size += more;
        if (size > bound) {
          return TOO_LARGE;
        }
        if (more == 0 && !inflater.finished()) {
          return MALFORMED;
        }
      }
    } catch (DataFormatException e) {
      return MALFORMED;
    }
    return size;
  }

  private boolean isTrailer(byte[] body, int at, byte[] into, int from, int to) {
    crc.reset();
    crc.update(into, from, to - from);
    return int32(body, at) == (int) crc.getValue()
        && int32(body, at + TRAILER_LENGTH / 2) == to - from;
  }

  /** Where the deflated data of the member at a place begins, or a negative number. */
  private static int dataStart(byte[] body, int from, int length) {
    if (length - from < HEADER_LENGTH + TRAILER_LENGTH
        || body[from] != HEADER[0]
        || body[from + 1] != HEADER[1]
        || body[from + 2] != HEADER[2]
        || (body[from + 3] & FLAGS_RESERVED) != 0) {
      return MALFORMED;
    }
    int flags = body[from + 3];
    int last = length - TRAILER_LENGTH;
    int at = from + HEADER_LENGTH;
    if ((flags & FLAG_EXTRA) != 0 && at + 2 <= last) {
      at += 2 + ((body[at] & 0xff) | (body[at + 1] & 0xff) << 8);
    }
    if ((flags & FLAG_NAME) != 0) {
      at = afterZero(body, at, last);
    }
    if ((flags & FLAG_COMMENT) != 0) {
      at = afterZero(body, at, last);
    }
    if ((flags & FLAG_HEADER_CRC) != 0) {
      at += 2;
    }
    return at < last ? at : MALFORMED;
  }

  private static int afterZero(byte[] body, int from, int last) {
    int at = from;
    while (at < last && body[at] != 0) {
      at++;
    }
    return at + 1;
  }

  private static int int32(byte[] bytes, int at) {
    return bytes[at] & 0xff
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | bytes[at + 3] << 24;
  }

  /** How long the result of {@link #deflate} may be (deflate's stored blocks add 5 in 16,383). */
  public static int deflatedBound(int length) {
    return length + (length >> 10) + 64;
  }

  /**
   * Deflates a body.
   *
   * @param into at least {@link #deflatedBound} long
   * @return length of the result
   */
  public int deflate(byte[] body, int length, byte[] into) {
    System.arraycopy(HEADER, 0, into, 0, HEADER_LENGTH);
    deflater.reset();
    deflater.setInput(body, 0, length);
    deflater.finish();
    int at = HEADER_LENGTH;
    while (!deflater.finished()) {
      at += deflater.deflate(into, at, into.length - TRAILER_LENGTH - at);
    }
    crc.reset();
    crc.update(body, 0, length);
    putInt32(into, at, (int) crc.getValue());
    putInt32(into, at + TRAILER_LENGTH / 2, length);
    return at + TRAILER_LENGTH;
  }

  private static void putInt32(byte[] into, int at, int number) {
    into[at] = (byte) number;
    into[at + 1] = (byte) (number >>> 8);
    into[at + 2] = (byte) (number >>> 16);
    into[at + 3] = (byte) (number >>> 24);
  }

  @Override
  public void close() {
    inflater.end();
    deflater.end();
  }
}
