package io.adplatform.wire.catalogue;

import java.util.List;

/**
 * A list of what is no human traffic, as fraud-service tells it.
 *
 * @param entries in the form of {@link Content}
 */
public record TrafficList(
    long id, long accountId, String name, Status status, Content content, List<String> entries)
    implements CatalogueEntity {
  /** What its entries are. */
  public enum Content {
    /**
     * Addresses and networks of known bots, such as {@code 203.0.113.7} or {@code 2001:db8::/32}.
     */
    INVALID_NETWORK,
    /** Networks of data centres, in the same form. */
    DATA_CENTRE_NETWORK,
    /** Parts of user agents, in lower case. */
    INVALID_USER_AGENT,
    /** Domains of sites that are not served. */
    BLOCKED_SITE,
    /** Bundles of apps that are not served. */
    BLOCKED_APP
  }

  @Override
  public CatalogueKind kind() {
    return CatalogueKind.TRAFFIC_LIST;
  }
}
