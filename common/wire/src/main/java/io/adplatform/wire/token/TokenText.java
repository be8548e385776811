package io.adplatform.wire.token;

import io.adplatform.wire.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of a response that are encoded ahead, with holes where a bid's token goes: to write them is
 * one copy of the whole and the token on top, which costs as many bytes a hole and touches fewer
 * cache lines than the pieces between them would. Immutable; any thread.
 */
public final class TokenText {
  private static final byte[] HOLE = new byte[TokenCodec.TEXT_LENGTH];

  private final byte[] bytes;
  private final int[] holes;

  private TokenText(byte[] bytes, int[] holes) {
    this.bytes = bytes;
    this.holes = holes;
  }

  /** Bytes that {@link #write} writes. */
  public int length() {
    return bytes.length;
  }

  /**
   * Writes it.
   *
   * @param token holds the token's {@link TokenCodec#TEXT_LENGTH} characters at its start
   * @return offset after the last byte
   */
  public int write(byte[] token, byte[] into, int offset) {
    System.arraycopy(bytes, 0, into, offset, bytes.length);
    for (int hole : holes) {
      System.arraycopy(token, 0, into, offset + hole, TokenCodec.TEXT_LENGTH);
    }
    return offset + bytes.length;
  }

  /** Gathers the bytes and where their holes are. Not for lanes. */
  public static final class Builder {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Integer> holes = new ArrayList<>();

    /** The bytes so far, to be written to. */
    public ByteArrayOutputStream bytes() {
      return bytes;
    }

    /** Leaves a hole. */
    public Builder token() {
      holes.add(bytes.size());
      bytes.writeBytes(HOLE);
      return this;
    }

    /** Appends ASCII as it is. */
    public Builder ascii(String text) {
      JsonText.ascii(text, bytes);
      return this;
    }

    /** Appends a text as the inside of a JSON string. */
    public Builder escape(String text) {
      JsonText.escape(text, bytes);
      return this;
    }

    /** What was gathered. */
    public TokenText build() {
      return new TokenText(
          bytes.toByteArray(), holes.stream().mapToInt(Integer::intValue).toArray());
    }
  }
}
