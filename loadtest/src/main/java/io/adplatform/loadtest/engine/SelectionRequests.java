package io.adplatform.loadtest.engine;

import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.Connection;
import io.adplatform.wire.catalogue.Country;
import io.adplatform.wire.catalogue.DeviceType;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Requests as a reader leaves them: numbers, and spans of one buffer. Each has a country, a device,
 * a site below {@code www}, one or two sizes, two categories, four key-values, and blocks ten
 * categories and twenty advertisers.
 */
final class SelectionRequests {
  private static final int BLOCKED_CATEGORIES = 10;
  private static final int BLOCKED_ADVERTISERS = 20;
  private static final int MAX_LENGTH = 2_048;

  private final byte[][] buffers;
  private final int[][] spans;
  private final int[][] numbers;

  SelectionRequests(int count, long seed) {
    buffers = new byte[count][];
    spans = new int[count][];
    numbers = new int[count][];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      write(i, random);
    }
  }

  int count() {
    return buffers.length;
  }

  /** Fills a query as the engine does for one imp. */
  void fill(int request, AdQuery query) {
    byte[] buffer = buffers[request];
    int[] span = spans[request];
    int[] number = numbers[request];
    query.reset();
    query.country(number[0]);
    query.deviceType(number[1]);
    query.connection(number[2]);
    query.minuteOfWeek(number[3]);
    query.floorCpmMicros(number[4]);
    query.addSize(SelectionDemand.SIZES[number[5]][0], SelectionDemand.SIZES[number[5]][1]);
    query.addSize(SelectionDemand.SIZES[number[6]][0], SelectionDemand.SIZES[number[6]][1]);
    query.marginBasisPoints(1_000);
    query.ttlSeconds(60);
    query.secureRequired(true);
    int at = 0;
    query.operatingSystem(buffer, span[at], span[at + 1]);
    query.browser(buffer, span[at + 2], span[at + 3]);
    query.addLanguage(buffer, span[at + 4], span[at + 5]);
    query.site(buffer, span[at + 6], span[at + 7]);
    query.publisher(buffer, span[at + 8], span[at + 9]);
    query.region(buffer, span[at + 10], span[at + 11]);
    query.addCategory(buffer, span[at + 12], span[at + 13]);
    query.addCategory(buffer, span[at + 14], span[at + 15]);
    at += 16;
    for (int i = 0; i < 4; i++, at += 4) {
      query.addKeyValue(buffer, span[at], span[at + 1], buffer, span[at + 2], span[at + 3]);
    }
    for (int i = 0; i < BLOCKED_CATEGORIES; i++, at += 2) {
      query.addBlockedCategory(buffer, span[at], span[at + 1]);
    }
    for (int i = 0; i < BLOCKED_ADVERTISERS; i++, at += 2) {
      query.addBlockedAdvertiser(buffer, span[at], span[at + 1]);
    }
  }

  private void write(int request, SplittableRandom random) {
    Text text = new Text();
    int device = random.nextInt(3);
    int system = device == 1 ? 2 + random.nextInt(2) : random.nextInt(2);
    int[] devices = {DeviceType.PHONE.code(), DeviceType.DESKTOP.code(), DeviceType.TABLET.code()};
    int[] connections = {
      Connection.WIFI.code(), Connection.CELLULAR_4G.code(), Connection.CELLULAR_5G.code(), 0
    };
    numbers[request] =
        new int[] {
          // Two in three requests come from the three countries named first.
          Country.pack(
              SelectionDemand.COUNTRIES.get(
                  random.nextInt(3) > 0
                      ? random.nextInt(3)
                      : random.nextInt(SelectionDemand.COUNTRIES.size()))),
          devices[device],
          connections[random.nextInt(connections.length)],
          random.nextInt(AdQuery.MINUTES_PER_WEEK),
          random.nextInt(100) * 10_000,
          random.nextInt(3),
          random.nextInt(SelectionDemand.SIZES.length)
        };
    text.add(SelectionDemand.SYSTEMS.get(system));
    text.add(SelectionDemand.BROWSERS.get(random.nextInt(4)));
    text.add(SelectionDemand.LANGUAGES.get(random.nextInt(3)) + "-XX");
    text.add("www." + SelectionDemand.site(random.nextInt(SelectionDemand.SITES)));
    text.add("pub-" + random.nextInt(1_000));
    text.add("CA");
    for (int i = 0; i < 2; i++) {
      text.add(
          "IAB" + (1 + random.nextInt(SelectionDemand.CATEGORIES)) + "-" + (1 + random.nextInt(5)));
    }
    for (int i = 0; i < 3; i++) {
      text.add("topic");
      text.add(Integer.toString(random.nextInt(SelectionDemand.TOPICS)));
    }
    text.add("tier");
    text.add(Integer.toString(random.nextInt(3)));
    for (int i = 0; i < BLOCKED_CATEGORIES; i++) {
      text.add("IAB" + (24 + i % 3) + "-" + i);
    }
    for (int i = 0; i < BLOCKED_ADVERTISERS; i++) {
      text.add("blocked-" + random.nextInt(10_000) + ".example");
    }
    buffers[request] = text.bytes;
    spans[request] = text.spans;
  }

  /** One text after the other in a buffer. */
  private static final class Text {
    private final byte[] bytes = new byte[MAX_LENGTH];
    private final int[] spans = new int[2 * (16 + BLOCKED_CATEGORIES + BLOCKED_ADVERTISERS)];
    private int length;
    private int count;

    void add(String text) {
      byte[] added = text.getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(added, 0, bytes, length, added.length);
      spans[count++] = length;
      spans[count++] = added.length;
      length += added.length;
    }
  }
}
