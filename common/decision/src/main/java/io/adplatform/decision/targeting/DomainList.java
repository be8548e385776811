package io.adplatform.decision.targeting;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Advertiser domains that alone may bid on a deal ({@code wadomain}; OpenRTB 2.6, 3.2.12), each
 * with all below it. An empty list allows every domain. Filled by one thread, which alone may read
 * it until it is published; allocates nothing once its set has grown.
 */
public final class DomainList {
  private static final int ALL = 0;

  private static final int WWW = 4;

  private final TextSet domains = new TextSet();

  /** An empty list. */
  public DomainList() {}

  /** A list of some. */
  public DomainList(List<String> names) {
    for (String name : names) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      add(bytes, 0, bytes.length);
    }
  }

  /** Adds a domain, either case; a leading {@code www.} is passed over. */
  public void add(byte[] buffer, int offset, int length) {
    int www = AdQuery.startsWithWww(buffer, offset, length) ? WWW : 0;
    domains.add(ALL, buffer, offset + www, length - www);
  }

  /** Empties it. */
  public void clear() {
    domains.clear();
  }

  /**
   * Whether every domain of a creative's advertiser, or one above it, is in the list; of a creative
   * without domains nobody knows.
   */
  public boolean allows(CreativeTraits creative) {
    if (domains.isEmpty()) {
      return true;
    }
    long[][] own = creative.ownDomainHashes();
    for (long[] hashes : own) {
      if (!holdsOneOf(hashes)) {
        return false;
      }
    }
    return own.length > 0;
  }

  private boolean holdsOneOf(long[] hashes) {
    for (long hash : hashes) {
      if (domains.contains(ALL, hash)) {
        return true;
      }
    }
    return false;
  }
}
