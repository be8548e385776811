package io.adplatform.loadtest.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Bid requests of about 1.4 kB: each has a country, a device with its user agent, a site, one or
 * two sizes, two categories, four key-values, and blocks ten categories and twenty advertisers. The
 * same seed gives the same requests.
 */
final class AuctionRequests {
  private static final int BLOCKED_CATEGORIES = 10;
  private static final int BLOCKED_ADVERTISERS = 20;
  private static final int USER_AGENTS = 300;
  private static final List<String> SYSTEM_AGENTS =
      List.of(
          "Linux; Android 14; K",
          "iPhone; CPU iPhone OS 18_1 like Mac OS X",
          "Windows NT 10.0; Win64; x64",
          "Macintosh; Intel Mac OS X 10_15_7");
  private static final List<String> BROWSER_AGENTS =
      List.of(
          "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36",
          "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%d.1 Safari/605.1.15",
          "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%1$d.0.0.0 Safari/537.36 Edg/%1$d.0.0.0",
          "Gecko/20100101 Firefox/%d.0");

  private AuctionRequests() {}

  /** So many request bodies. */
  static byte[][] bodies(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] bodies = new byte[count][];
    for (int i = 0; i < count; i++) {
      bodies[i] = json(i, random).getBytes(StandardCharsets.UTF_8);
    }
    return bodies;
  }

  private static String json(int number, SplittableRandom random) {
    // 4 phone, 2 desktop, 5 tablet: the codes of OpenRTB.
    int device = List.of(4, 2, 5).get(random.nextInt(3));
    int system = device == 2 ? 2 + random.nextInt(2) : random.nextInt(2);
    int browser = random.nextInt(BROWSER_AGENTS.size());
    int version = 60 + random.nextInt(USER_AGENTS / BROWSER_AGENTS.size());
    // Two in three requests come from the three countries named first.
    String country =
        AuctionDemand.COUNTRIES.get(
            random.nextInt(3) > 0
                ? random.nextInt(3)
                : random.nextInt(AuctionDemand.COUNTRIES.size()));
    int[] first = AuctionDemand.SIZES[random.nextInt(3)];
    int[] second = AuctionDemand.SIZES[random.nextInt(AuctionDemand.SIZES.length)];
    List<String> keyValues = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      keyValues.add("topic=" + random.nextInt(AuctionDemand.TOPICS));
    }
    keyValues.add("tier=" + random.nextInt(3));
    return """
    {"id":"load-%d","at":1,"tmax":300,"cur":["USD"],"imp":[{"id":"1","banner":{"w":%d,"h":%d,\
    "format":[{"w":%d,"h":%d},{"w":%d,"h":%d}]},"bidfloor":0.%02d,"secure":1}],\
    "site":{"domain":"www.%s","cat":["%s","%s"],"keywords":"%s","publisher":{"id":"pub-%d"}},\
    "device":{"ua":"Mozilla/5.0 (%s) %s","ip":"203.0.113.77","language":"%s-XX","devicetype":%d,\
    "connectiontype":%d,"os":"%s","geo":{"country":"%s","region":"CA","utcoffset":%d}},\
    "bcat":[%s],"badv":[%s]}\
    """
        .formatted(
            number,
            first[0],
            first[1],
            first[0],
            first[1],
            second[0],
            second[1],
            random.nextInt(100),
            AuctionDemand.site(random.nextInt(AuctionDemand.SITES)),
            category(random),
            category(random),
            String.join(",", keyValues),
            random.nextInt(1_000),
            SYSTEM_AGENTS.get(system),
            BROWSER_AGENTS.get(browser).formatted(version),
            AuctionDemand.LANGUAGES.get(random.nextInt(3)),
            device,
            List.of(2, 6, 7, 0).get(random.nextInt(4)),
            AuctionDemand.SYSTEMS.get(system),
            country,
            60 * (random.nextInt(24) - 12),
            quoted(BLOCKED_CATEGORIES, i -> "IAB" + (24 + i % 3) + "-" + i),
            quoted(BLOCKED_ADVERTISERS, i -> "blocked-" + random.nextInt(10_000) + ".example"));
  }

  private static String category(SplittableRandom random) {
    return "IAB" + (1 + random.nextInt(AuctionDemand.CATEGORIES)) + "-" + (1 + random.nextInt(5));
  }

  private static String quoted(int count, IntFunction<String> text) {
    return IntStream.range(0, count)
        .mapToObj(text)
        .map(one -> '"' + one + '"')
        .collect(Collectors.joining(","));
  }
}
