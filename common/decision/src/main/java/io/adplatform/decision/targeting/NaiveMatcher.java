package io.adplatform.decision.targeting;

import io.adplatform.wire.targeting.Attribute;
import io.adplatform.wire.targeting.Connection;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.Daypart;
import io.adplatform.wire.targeting.DeviceType;
import io.adplatform.wire.targeting.Targeting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Matches one query against one line item after the other, as the documentation of {@link
 * Targeting} and {@link Attribute} reads, and says what failed first. It shares nothing with the
 * index, whose answers it checks. Immutable: it copies the query.
 */
public final class NaiveMatcher {
  /** What {@link #firstMismatch} answers where only the viewer's local time did not fit. */
  public static final String DAYPARTS = "dayparts";

  private static final int MINUTES_PER_DAY = 24 * 60;
  private static final List<String> DAYS = List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");

  private final String country;
  private final String region;
  private final DeviceType deviceType;
  private final Connection connection;
  private final int minuteOfWeek;
  private final List<String> sizes = new ArrayList<>();
  private final List<String> operatingSystems;
  private final List<String> browsers;
  private final String site;
  private final List<String> apps;
  private final List<String> publishers;
  private final List<String> categories;
  private final List<String> languages;
  private final List<String> keyValues;

  /** A matcher of what the query says now. */
  public NaiveMatcher(AdQuery query) {
    country = Country.text(query.country);
    region = region(query.region);
    deviceType = DeviceType.of(query.deviceType);
    connection = Connection.of(query.connection);
    minuteOfWeek = query.minuteOfWeek;
    for (int i = 0; i < query.sizeCount(); i++) {
      int size = query.formats().sizes[i];
      sizes.add((size >>> Short.SIZE) + "x" + (size & 0xFFFF));
    }
    operatingSystems = lowerCase(query.operatingSystem);
    browsers = lowerCase(query.browser);
    List<String> domains = lowerCase(query.siteSuffixes);
    site = domains.isEmpty() ? null : domains.getFirst();
    apps = texts(query.app);
    publishers = texts(query.publisher);
    categories = texts(query.categories);
    languages = lowerCase(query.languages);
    keyValues = texts(query.keyValues);
  }

  /**
   * The first part of a targeting that the query does not meet: includes and excludes in order of
   * {@link Attribute}, then unknown attributes, then {@link #DAYPARTS}; null where it meets all.
   */
  public String firstMismatch(Targeting targeting) {
    for (Attribute attribute : Attribute.values()) {
      List<String> included = targeting.include().get(attribute.text());
      List<String> excluded = targeting.exclude().get(attribute.text());
      if (included != null && !includes(attribute, included)) {
        return attribute.text();
      }
      if (excluded != null && excluded.stream().anyMatch(value -> has(attribute, value))) {
        return attribute.text();
      }
    }
    for (Map<String, List<String>> side : List.of(targeting.include(), targeting.exclude())) {
      for (String name : side.keySet()) {
        if (Attribute.of(name) == null) {
          return name;
        }
      }
    }
    boolean inTime =
        targeting.dayparts().isEmpty() || targeting.dayparts().stream().anyMatch(this::isWithin);
    return inTime ? null : DAYPARTS;
  }

  private boolean includes(Attribute attribute, List<String> included) {
    if (attribute != Attribute.KEY_VALUE) {
      return included.stream().anyMatch(value -> has(attribute, value));
    }
    return !included.isEmpty()
        && included.stream()
            .allMatch(
                pair ->
                    included.stream()
                        .filter(other -> keyOf(other).equals(keyOf(pair)))
                        .anyMatch(other -> has(attribute, other)));
  }

  private boolean has(Attribute attribute, String value) {
    return switch (attribute) {
      case COUNTRY -> value.equalsIgnoreCase(country);
      case REGION -> value.equalsIgnoreCase(region);
      case DEVICE_TYPE -> isDevice(value);
      case OPERATING_SYSTEM -> operatingSystems.contains(value.toLowerCase(Locale.ROOT));
      case BROWSER -> browsers.contains(value.toLowerCase(Locale.ROOT));
      case SIZE -> sizes.contains(value);
      case SITE -> isSite(value.toLowerCase(Locale.ROOT));
      case APP -> apps.contains(value);
      case PUBLISHER -> publishers.contains(value);
      case CATEGORY ->
          categories.stream().anyMatch(own -> own.equals(value) || own.startsWith(value + "-"));
      case LANGUAGE -> languages.contains(value.toLowerCase(Locale.ROOT));
      case CONNECTION -> isConnection(value);
      case KEY_VALUE -> value.indexOf('=') >= 0 && keyValues.contains(value);
    };
  }

  private boolean isDevice(String value) {
    boolean mobile = deviceType == DeviceType.PHONE || deviceType == DeviceType.TABLET;
    return deviceType != DeviceType.UNKNOWN
        && (deviceType.name().equals(value) || (mobile && value.equals(DeviceType.MOBILE.name())));
  }

  private boolean isConnection(String value) {
    boolean cellular = connection.name().startsWith(Connection.CELLULAR.name());
    return connection != Connection.UNKNOWN
        && (connection.name().equals(value)
            || (cellular && value.equals(Connection.CELLULAR.name())));
  }

  private boolean isSite(String value) {
    String domain = value.startsWith("www.") ? value.substring(4) : value;
    return site != null && (site.equals(domain) || site.endsWith("." + domain));
  }

  private static String keyOf(String pair) {
    return pair.split("=", 2)[0];
  }

  private boolean isWithin(Daypart daypart) {
    if (minuteOfWeek < 0) {
      return false;
    }
    int day = minuteOfWeek / MINUTES_PER_DAY;
    int minute = minuteOfWeek % MINUTES_PER_DAY;
    int from = minuteOfDay(daypart.from());
    int to = minuteOfDay(daypart.to());
    if (from < 0 || to < 0) {
      return false;
    }
    if (to > from) {
      return runsOn(daypart, day) && minute >= from && minute < to;
    }
    int dayBefore = (day + DAYS.size() - 1) % DAYS.size();
    return (runsOn(daypart, day) && minute >= from) || (runsOn(daypart, dayBefore) && minute < to);
  }

  private static boolean runsOn(Daypart daypart, int day) {
    return daypart.days().isEmpty() || daypart.days().contains(DAYS.get(day));
  }

  private static int minuteOfDay(String time) {
    if (!time.matches("[0-9]{1,2}:[0-5][0-9]")) {
      return -1;
    }
    String[] parts = time.split(":");
    return Integer.parseInt(parts[0]) * 60 + Integer.parseInt(parts[1]);
  }

  /** The text of {@link AdQuery#packRegion}, or null. */
  private static String region(long packed) {
    if (packed == 0) {
      return null;
    }
    StringBuilder code = new StringBuilder();
    for (long rest = packed & (1L << 48) - 1; rest != 0; rest >>>= Byte.SIZE) {
      code.insert(0, (char) (rest & 0xFF));
    }
    return Country.text((int) (packed >>> 48)) + "/" + code;
  }

  private static List<String> lowerCase(SpanList spans) {
    return texts(spans).stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
  }

  private static List<String> texts(SpanList spans) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < spans.size(); i++) {
      texts.add(spans.text(i));
    }
    return texts;
  }
}
