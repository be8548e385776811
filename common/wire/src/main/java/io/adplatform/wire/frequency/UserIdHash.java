package io.adplatform.wire.frequency;

import io.adplatform.wire.json.Span;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.UserIdReader;
import io.adplatform.wire.openrtb.UserIdReader.Origin;
import io.adplatform.wire.token.SipHash;
import io.adplatform.wire.token.TokenKeys;

/**
 * The keyed hash of 128 bits under which a user is counted. The key is derived from the one that
 * signs tokens: without it nobody gets from an id to its counters or back, and the counters of two
 * exchanges cannot be joined; once it is replaced, counting starts anew. Allocates nothing; one
 * instance per thread.
 */
public final class UserIdHash {
  private static final String PURPOSE = "frequency-user";

  /** Origin, supply partner, length of the source. */
  private static final int HEAD = 1 + Long.BYTES + Short.BYTES;

  private final SipHash hash;
  private final UserIdReader reader = new UserIdReader();
  private final byte[] message = new byte[HEAD + 2 * UserIdReader.MAX_ID_LENGTH];

  /** Keyed from the keys of tokens. */
  public UserIdHash(TokenKeys keys) {
    this.hash = keys.derive(PURPOSE);
  }

  /**
   * Hashes the id of a request's user; {@link #high()} and {@link #low()} are the result.
   *
   * @param supplyPartnerId ids that are of a partner's own making are told apart by it
   * @return false where there is none that may be used
   */
  public boolean hash(BidRequest request, long supplyPartnerId) {
    Origin origin = reader.find(request);
    if (origin == Origin.NONE) {
      return false;
    }
    boolean own = origin == Origin.SUPPLY || origin == Origin.BUYER;
    long scope = own ? supplyPartnerId : 0;
    message[0] = (byte) origin.code();
    for (int i = 0; i < Long.BYTES; i++) {
      message[1 + i] = (byte) (scope >>> (Byte.SIZE * i));
    }
    int source = Span.length(reader.source());
    message[1 + Long.BYTES] = (byte) source;
    message[2 + Long.BYTES] = (byte) (source >>> Byte.SIZE);
    System.arraycopy(reader.bytes(), Span.offset(reader.source()), message, HEAD, source);
    int length = Span.length(reader.id());
    System.arraycopy(reader.bytes(), Span.offset(reader.id()), message, HEAD + source, length);
    if (origin == Origin.DEVICE) {
      // Written in capitals by some platforms and not by others.
      for (int i = HEAD; i < HEAD + length; i++) {
        message[i] |= (byte) (message[i] >= 'A' && message[i] <= 'Z' ? 0x20 : 0);
      }
    }
    hash.hash(message, 0, HEAD + source + length);
    return true;
  }

  /** The upper half of the last result. */
  public long high() {
    return hash.high();
  }

  /** The lower half of the last result. */
  public long low() {
    return hash.low();
  }
}
