package io.adplatform.campaign.serving;

/**
 * Where the other services are.
 *
 * @param billingUrl billing-service, such as {@code http://127.0.0.1:8081}
 * @param analyticsUrl the reporting half of analytics-ingest
 * @param nodeKey what {@code /internal/v1} asks for
 */
public record ServicePeersConfig(String billingUrl, String analyticsUrl, String nodeKey) {
  /** Without the node key. */
  @Override
  public String toString() {
    return "billing " + billingUrl + ", analytics " + analyticsUrl;
  }
}
