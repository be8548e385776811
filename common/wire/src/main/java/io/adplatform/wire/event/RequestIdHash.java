package io.adplatform.wire.event;

import io.adplatform.wire.token.SipHash;
import io.adplatform.wire.token.TokenKeys;
import java.nio.charset.StandardCharsets;

/**
 * The keyed hash under which an SSP's request id stands in records: who has the id and the key
 * finds the record, nobody reads ids out of records. The key is derived from the one that signs
 * tokens; a record written before that key was replaced is no longer found by its request id.
 * Allocates nothing; one instance per thread.
 */
public final class RequestIdHash {
  private static final String PURPOSE = "request-id";

  private final SipHash hash;

  /** Keyed from the keys of tokens. */
  public RequestIdHash(TokenKeys keys) {
    this.hash = keys.derive(PURPOSE);
  }

  /** The hash of a request's {@code id} as it stands between the quotes, unescaped, UTF-8. */
  public long of(byte[] text, int offset, int length) {
    hash.hash(text, offset, length);
    return hash.low();
  }

  /** The same for the control plane. */
  public long of(String requestId) {
    byte[] text = requestId.getBytes(StandardCharsets.UTF_8);
    return of(text, 0, text.length);
  }
}
