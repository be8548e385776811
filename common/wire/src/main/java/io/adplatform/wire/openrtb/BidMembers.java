package io.adplatform.wire.openrtb;

/** Members of a {@code bid} that are written as one piece, with the bid's token in it. */
public interface BidMembers {
  /** Bytes that {@link #write} writes at most. */
  int length();

  /**
   * Writes the members, starting with a comma.
   *
   * @param token holds the token's text at its start
   * @return offset after the last byte
   */
  int write(byte[] token, byte[] into, int offset);
}
