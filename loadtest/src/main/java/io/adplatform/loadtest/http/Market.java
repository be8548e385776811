package io.adplatform.loadtest.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.ApiClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Demand for the load scenarios: line items that each take one of {@link #COUNTRIES} and one
 * category of {@link #CATEGORIES}, so that of 10,000 about 50 match a request, and the requests
 * they match.
 */
final class Market {
  static final List<String> COUNTRIES =
      List.of(
          "USA", "CAN", "MEX", "BRA", "GBR", "FRA", "DEU", "ITA", "ESP", "NLD", "POL", "SWE", "NOR",
          "DNK", "JPN", "KOR", "IND", "AUS", "ZAF", "CHE");
  static final int CATEGORIES = 10;

  /** The supply partner whose requests they are. */
  static final String PARTNER = "load";

  private static final int WRITERS = 4;
  private static final long LEAST_CPM_MICROS = 1_000_000;
  private static final long STEP_CPM_MICROS = 137;

  private Market() {}

  /**
   * Creates so many line items, and the supply partner; what {@code api} writes is live some time
   * after.
   *
   * @param recordShare of the partner's requests is recorded in full
   */
  static void create(ApiClient api, int lineItems, double recordShare) throws Exception {
    api.create(
        "/supply-partners",
        "{\"key\":\""
            + PARTNER
            + "\",\"name\":\"Load\",\"status\":\"ACTIVE\",\"queriesPerSecond\":100000,"
            + "\"recordShare\":"
            + recordShare
            + "}");
    String advertiser =
        id(
            api.create(
                "/advertisers", "{\"name\":\"Load\",\"currency\":\"USD\",\"timeZone\":\"UTC\"}"));
    String campaign =
        id(api.create("/advertisers/" + advertiser + "/campaigns", "{\"name\":\"Load\"}"));
    String creative =
        id(
            api.create(
                "/advertisers/" + advertiser + "/creatives",
                "{\"name\":\"Banner\",\"format\":\"banner\",\"width\":300,\"height\":250,\"markup\":\"<a"
                    + " href=\\\"${CLICK_URL}\\\"><img"
                    + " src=\\\"https://cdn.load.example/b.png\\\"></a>\","
                    + "\"landingPage\":\"https://load.example/\",\"advertiserDomains\":[\"load.example\"],"
                    + "\"categories\":[\"IAB3\"]}"));
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<JsonNode>> written = new ArrayList<>();
      for (int i = 0; i < lineItems; i++) {
        String body = lineItem(i, creative);
        written.add(
            writers.submit(() -> api.create("/campaigns/" + campaign + "/line-items", body)));
      }
      for (Future<JsonNode> one : written) {
        one.get();
      }
    }
  }

  /** A request of about 1.2 kB that some of the line items match. */
  static String request(int number) {
    return """
    {"id":"load-%1$d","at":1,"tmax":300,"cur":["USD"],"imp":[{"id":"1","banner":{"w":300,"h":250,"pos":1,\
    "topframe":1,"battr":[1,3,8,9],"api":[3,5,6,7],"format":[{"w":300,"h":250},{"w":300,"h":600}]},\
    "bidfloor":0.35,"bidfloorcur":"USD","secure":0,"tagid":"home-mpu-%1$d","ext":{"gpid":"/1234/news/home"}}],\
    "site":{"id":"s-77","name":"Daily Example","domain":"daily.example","cat":["%2$s"],\
    "page":"https://www.daily.example/2026/11/story-%1$d.html","ref":"https://search.example/?q=news",\
    "publisher":{"id":"pub-1099","name":"Example Media","domain":"media.example"},"keywords":"news,politics"},\
    "device":{"ua":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/141.0.0.0 Safari/537.36","ip":"203.0.113.77","language":"en","devicetype":2,"js":1,"os":"Windows",\
    "osv":"10","geo":{"country":"%3$s","region":"CA","utcoffset":-480,"type":2}},\
    "user":{"id":"u-%1$d","buyeruid":"b-%1$d"},"regs":{"coppa":0,"ext":{"gdpr":0,"us_privacy":"1YNN"}},\
    "source":{"fd":1,"tid":"t-%1$d","ext":{"schain":{"complete":1,"ver":"1.0","nodes":[{"asi":"ssp.example",\
    "sid":"1234","hp":1}]}}},"bcat":["IAB25","IAB26"],"badv":["rival.example","other.example"]}\
    """
        .formatted(
            number, category(number / COUNTRIES.size()), COUNTRIES.get(number % COUNTRIES.size()));
  }

  private static String lineItem(int number, String creative) {
    return "{\"name\":\"Load "
        + number
        + "\",\"bid\":{\"model\":\"CPM\",\"amountMicros\":"
        + (LEAST_CPM_MICROS + number * STEP_CPM_MICROS)
        + "},\"creativeIds\":[\""
        + creative
        + "\"],\"targeting\":{\"include\":{\"country\":[\""
        + COUNTRIES.get(number % COUNTRIES.size())
        + "\"],\"category\":[\""
        + category(number / COUNTRIES.size())
        + "\"]}},\"status\":\"ACTIVE\"}";
  }

  private static String category(int number) {
    return "IAB" + (number % CATEGORIES + 1);
  }

  private static String id(JsonNode created) {
    return created.path("id").textValue();
  }
}
