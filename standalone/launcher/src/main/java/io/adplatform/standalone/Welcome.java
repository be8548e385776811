package io.adplatform.standalone;

import java.util.Locale;

/** The screenful at the end of a start: what a newcomer does next. */
final class Welcome {
  /** The sample's supply partner. */
  static final String AUCTION_PATH = "/openrtb2/auction/" + SampleData.SUPPLY_PARTNER;

  private Welcome() {}

  /** The bid request that is shown; {@code test} marks it as one that is not counted. */
  static String bidRequest(boolean test) {
    return "{\"id\":\"hello-1\",\"at\":1,\"tmax\":300,"
        + (test ? "\"test\":1," : "")
        + "\"cur\":[\"USD\"],\"imp\":[{\"id\":\"1\",\"bidfloor\":0.5,"
        + "\"banner\":{\"format\":[{\"w\":300,\"h\":250}]}}],"
        + "\"site\":{\"domain\":\"news.example\",\"page\":\"https://news.example/\"},"
        + "\"device\":{\"devicetype\":2,\"geo\":{\"country\":\"USA\"}},\"user\":{\"id\":\"u1\"}}";
  }

  static String text(UpConfig config, String apiKey, boolean bids, double seconds) {
    return """

    AdPlatform is ready after %s s.

      Bid requests   %s%s
      REST API       %s/api/v1   (OpenAPI: %s/api/v1/openapi.json)
      Data folder    %s   (logs in logs/)
      API key        %s
    %s
    Then: load the beacon in the answer's markup, and see it counted:

      ./adplatform report%s --from today --by campaign,hour

    Ctrl-C stops everything; the next up goes on where this one stopped.
    """
        .formatted(
            String.format(Locale.ROOT, "%.1f", seconds),
            config.dataUrl(),
            AUCTION_PATH,
            config.apiUrl(),
            config.apiUrl(),
            config.data(),
            apiKey,
            bids ? curl(config) : "",
            dataOption(config));
  }

  private static String curl(UpConfig config) {
    return """

    Ask for a bid:

      curl -s %s%s -H 'Content-Type: application/json' -d '%s'
    """
        .formatted(config.dataUrl(), AUCTION_PATH, bidRequest(false));
  }

  private static String dataOption(UpConfig config) {
    return config.data().equals(java.nio.file.Path.of(".adplatform").toAbsolutePath())
        ? ""
        : " --data " + config.data();
  }
}
