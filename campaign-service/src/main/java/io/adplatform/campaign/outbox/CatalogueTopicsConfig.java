package io.adplatform.campaign.outbox;

/**
 * Where the catalogue is published.
 *
 * @param bootstrap {@code host:port} of Kafka, several between commas
 * @param catalogue the compacted topic
 * @param log the topic of all changes
 */
public record CatalogueTopicsConfig(String bootstrap, String catalogue, String log) {
  /** The usual names. */
  public static CatalogueTopicsConfig of(String bootstrap) {
    return withPrefix(bootstrap, "");
  }

  /** The usual names with a prefix, for exchanges that share a Kafka. */
  public static CatalogueTopicsConfig withPrefix(String bootstrap, String prefix) {
    return new CatalogueTopicsConfig(bootstrap, prefix + "catalogue", prefix + "catalogue-log");
  }
}
