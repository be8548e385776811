package io.adplatform.decision.targeting;

import io.adplatform.wire.targeting.Attribute;
import io.adplatform.wire.targeting.Connection;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.Daypart;
import io.adplatform.wire.targeting.DeviceType;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Targetings and queries over small sets of values, so that they often meet. */
final class RandomTargeting {
  static final int[] SIZES = {
    AdQuery.packSize(300, 250), AdQuery.packSize(728, 90), AdQuery.packSize(320, 50)
  };
  private static final List<String> DAYS = List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");
  private static final List<String> TIMES =
      List.of("00:00", "06:30", "08:00", "12:15", "18:00", "22:00", "23:59");
  private static final Map<Attribute, List<String>> VALUES = new EnumMap<>(Attribute.class);

  static {
    VALUES.put(Attribute.COUNTRY, List.of("USA", "CAN", "DEU"));
    VALUES.put(Attribute.REGION, List.of("USA/CA", "USA/NY", "DEU/BE", "CAN/ON"));
    VALUES.put(
        Attribute.DEVICE_TYPE, List.of("MOBILE", "PHONE", "TABLET", "DESKTOP", "CONNECTED_TV"));
    VALUES.put(Attribute.OPERATING_SYSTEM, List.of("ios", "android", "windows"));
    VALUES.put(Attribute.BROWSER, List.of("chrome", "safari"));
    VALUES.put(Attribute.SIZE, List.of("300x250", "728x90", "320x50", "970x250"));
    VALUES.put(
        Attribute.SITE,
        List.of("example.com", "news.example.com", "example.org", "a.b.example.org", "com"));
    VALUES.put(Attribute.APP, List.of("com.example.game", "com.example.Game", "284882215"));
    VALUES.put(Attribute.PUBLISHER, List.of("p1", "p2", "P2"));
    VALUES.put(Attribute.CATEGORY, List.of("IAB1", "IAB1-2", "IAB2", "IAB2-3", "IAB11", "IAB11-2"));
    VALUES.put(Attribute.LANGUAGE, List.of("en", "de", "fr"));
    VALUES.put(
        Attribute.CONNECTION,
        List.of("WIFI", "CELLULAR", "CELLULAR_4G", "CELLULAR_5G", "ETHERNET"));
    VALUES.put(
        Attribute.KEY_VALUE,
        List.of(
            "topic=cars", "topic=cats", "tier=1", "tier=2", "mood=a=b", "mood=", "topic=cars2"));
  }

  /** What nobody can read, of the attributes whose values are numbers to the index. */
  private static final Map<Attribute, List<String>> UNREADABLE = new EnumMap<>(Attribute.class);

  static {
    UNREADABLE.put(Attribute.COUNTRY, List.of("Narnia", "U1", ""));
    UNREADABLE.put(Attribute.REGION, List.of("California", "USA/", "USA/northern"));
    UNREADABLE.put(Attribute.DEVICE_TYPE, List.of("FRIDGE", "phone"));
    UNREADABLE.put(Attribute.SIZE, List.of("300", "300x", "0x250", "huge"));
    UNREADABLE.put(Attribute.CONNECTION, List.of("PIGEON", ""));
  }

  private final SplittableRandom random;

  /** In some catalogues an attribute has nothing but what nobody can read. */
  private final Set<Attribute> unreadable = EnumSet.noneOf(Attribute.class);

  RandomTargeting(SplittableRandom random) {
    this.random = random;
    for (Attribute attribute : UNREADABLE.keySet()) {
      if (random.nextInt(20) == 0) {
        unreadable.add(attribute);
      }
    }
  }

  Targeting targeting() {
    Map<String, List<String>> include = new HashMap<>();
    Map<String, List<String>> exclude = new HashMap<>();
    for (Attribute attribute : Attribute.values()) {
      if (random.nextInt(100) < 13) {
        include.put(attribute.text(), included(attribute));
      }
      if (random.nextInt(100) < 8) {
        exclude.put(attribute.text(), some(values(attribute), 2));
      }
    }
    if (random.nextInt(200) == 0) {
      include.put("phaseOfMoon", List.of("full"));
    }
    List<Daypart> dayparts = new ArrayList<>();
    while (random.nextInt(100) < 15) {
      List<String> days = random.nextBoolean() ? List.of() : some(DAYS, 4);
      String to = random.nextInt(8) == 0 ? "24:00" : pick(TIMES);
      dayparts.add(new Daypart(days, pick(TIMES), to));
    }
    return new Targeting(include, exclude, dayparts);
  }

  private List<String> included(Attribute attribute) {
    if (random.nextInt(40) == 0) {
      return List.of();
    }
    List<String> values = some(values(attribute), 4);
    if (UNREADABLE.containsKey(attribute) && random.nextInt(10) == 0) {
      values.add(pick(UNREADABLE.get(attribute)));
    }
    return values;
  }

  private List<String> values(Attribute attribute) {
    return (unreadable.contains(attribute) ? UNREADABLE : VALUES).get(attribute);
  }

  int[] creativeSizes() {
    return random.nextBoolean()
        ? SIZES.clone()
        : new int[] {SIZES[random.nextInt(SIZES.length)], SIZES[random.nextInt(SIZES.length)]};
  }

  void fill(AdQuery query) {
    query.reset();
    if (isKnown()) {
      query.country(Country.pack(pick(VALUES.get(Attribute.COUNTRY))));
    }
    if (isKnown()) {
      byte[] code = bytes(pick(List.of("CA", "ny", "BE", "on")));
      query.region(code, 0, code.length);
    }
    query.deviceType(isKnown() ? random.nextInt(DeviceType.values().length) : 0);
    query.connection(isKnown() ? random.nextInt(Connection.values().length) : 0);
    query.minuteOfWeek(
        isKnown() ? random.nextInt(AdQuery.MINUTES_PER_WEEK) : AdQuery.UNKNOWN_MINUTE);
    do {
      int size = SIZES[random.nextInt(SIZES.length)];
      query.addSize(size >>> 16, size & 0xFFFF);
    } while (random.nextInt(3) > 0);
    fillTexts(query);
  }

  private void fillTexts(AdQuery query) {
    if (isKnown()) {
      span(pick(List.of("iOS", "android", "Windows", "linux")), query::operatingSystem);
    }
    if (isKnown()) {
      span(pick(List.of("chrome", "Safari", "edge")), query::browser);
    }
    if (isKnown()) {
      List<String> domains =
          List.of(
              "example.com",
              "www.example.com",
              "News.Example.com",
              "x.news.example.com",
              "a.b.example.org",
              "badexample.com",
              "www.com",
              "localhost");
      span(pick(domains), query::site);
    }
    if (isKnown()) {
      span(pick(VALUES.get(Attribute.APP)), query::app);
    }
    if (isKnown()) {
      span(pick(VALUES.get(Attribute.PUBLISHER)), query::publisher);
    }
    while (random.nextInt(3) > 0) {
      List<String> categories = List.of("IAB1", "IAB1-2", "IAB1-22", "IAB2-3", "IAB11-2", "IAB3");
      span(pick(categories), query::addCategory);
    }
    if (isKnown()) {
      span(pick(List.of("en", "de-AT", "FR_fr", "it")), query::addLanguage);
    }
    while (random.nextInt(4) > 0) {
      byte[] key = bytes("..." + pick(List.of("topic", "tier", "mood")));
      byte[] value = bytes(pick(List.of("cars", "cats", "1", "2", "a=b", "", "cars2")));
      query.addKeyValue(key, 3, key.length - 3, value, 0, value.length);
    }
  }

  private boolean isKnown() {
    return random.nextInt(10) < 8;
  }

  private List<String> some(List<String> values, int most) {
    List<String> chosen = new ArrayList<>();
    for (int i = random.nextInt(most) + 1; i > 0; i--) {
      chosen.add(pick(values));
    }
    return chosen;
  }

  private String pick(List<String> values) {
    return values.get(random.nextInt(values.size()));
  }

  /** Hands a text over as a span in the middle of a buffer. */
  private static void span(String text, SpanSetter setter) {
    byte[] buffer = bytes("[" + text + "]");
    setter.set(buffer, 1, buffer.length - 2);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private interface SpanSetter {
    void set(byte[] buffer, int offset, int length);
  }
}
