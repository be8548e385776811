package io.adplatform.wire.event;

import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.PartnerBidEncoder;

/**
 * How long the texts of a {@code PartnerBid} may be, in bytes: settlement keeps one of each bid
 * that won until its token expires. A URL that is longer is left out, as if the partner had given
 * none, for a part of it would tell something else; so is an id.
 */
public final class PartnerBidLimits {
  /** Of a notice URL; what browsers and servers take everywhere. */
  public static final int MAX_URL = 2_048;

  /** Of an id or a seat; honest ones are UUIDs. */
  public static final int MAX_TEXT = 256;

  private static final int TEXTS = 5;
  private static final int URLS = 3;

  /** Of a message with its header. */
  public static final int MAX_LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH
          + PartnerBidEncoder.BLOCK_LENGTH
          + TEXTS * (PartnerBidEncoder.seatHeaderLength() + MAX_TEXT)
          + URLS * (PartnerBidEncoder.nurlHeaderLength() + MAX_URL);

  private PartnerBidLimits() {}
}
