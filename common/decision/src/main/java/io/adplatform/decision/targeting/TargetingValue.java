package io.adplatform.decision.targeting;

import io.adplatform.wire.targeting.Attribute;
import io.adplatform.wire.targeting.Connection;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.Daypart;
import io.adplatform.wire.targeting.DeviceType;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The values of {@link Targeting} in the form the index looks them up by. Pure functions that
 * allocate; any thread.
 */
public final class TargetingValue {
  private static final int MINUTES_PER_DAY = 24 * 60;
  private static final int MINUTES_PER_HOUR = 60;
  private static final int DAYS = 7;
  private static final int MAX_DIGITS = 5;
  private static final List<String> DAY_NAMES =
      List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");
  private static final long[] NONE = {};

  private TargetingValue() {}

  /** Whether an attribute's values are looked up as numbers. */
  static boolean isNumber(Attribute attribute) {
    return switch (attribute) {
      case COUNTRY, REGION, DEVICE_TYPE, SIZE, CONNECTION -> true;
      default -> false;
    };
  }

  /** Whether the case of ASCII letters does not matter. */
  static boolean isFolded(Attribute attribute) {
    return switch (attribute) {
      case OPERATING_SYSTEM, BROWSER, SITE, LANGUAGE -> true;
      default -> false;
    };
  }

  /**
   * Whether every attribute named is known here; where not, the document is of a later release, and
   * its line item must not serve to those it may not be for.
   */
  static boolean knowsAttributes(Targeting targeting) {
    return targeting.include().keySet().stream().allMatch(name -> Attribute.of(name) != null)
        && targeting.exclude().keySet().stream().allMatch(name -> Attribute.of(name) != null);
  }

  /** Whether one of the values means anything. */
  static boolean hasReadable(Attribute attribute, List<String> texts) {
    return texts.stream()
        .anyMatch(text -> !isNumber(attribute) || numbers(attribute, text).length > 0);
  }

  /** The numbers that a value stands for; none where it cannot be read. */
  public static long[] numbers(Attribute attribute, String text) {
    return switch (attribute) {
      case COUNTRY -> one(Country.pack(text));
      case REGION -> one(region(text));
      case SIZE -> one(size(text));
      case DEVICE_TYPE -> devices(text);
      case CONNECTION -> connections(text);
      default -> throw new IllegalArgumentException(attribute + " has no numbers");
    };
  }

  /** The text that equals all others of the same meaning. */
  static String canonical(Attribute attribute, String text) {
    if (attribute == Attribute.SITE && text.regionMatches(true, 0, "www.", 0, 4)) {
      return text.substring(4).toLowerCase(Locale.ROOT);
    }
    return isFolded(attribute) ? text.toLowerCase(Locale.ROOT) : text;
  }

  /** The hash that a query has for the text. */
  static long hash(String canonical) {
    byte[] bytes = bytes(canonical);
    return TextHash.of(bytes, 0, bytes.length);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What stands before the {@code =} of a pair; all of it where there is none. */
  static String key(String pair) {
    int equals = pair.indexOf('=');
    return equals < 0 ? pair : pair.substring(0, equals);
  }

  /**
   * By minute of the week, whether one of the day-parts covers it; one whose times cannot be read
   * covers nothing.
   */
  static boolean[] minutes(List<Daypart> dayparts) {
    boolean[] minutes = new boolean[AdQuery.MINUTES_PER_WEEK];
    for (Daypart daypart : dayparts) {
      int from = minuteOfDay(daypart.from());
      int to = minuteOfDay(daypart.to());
      if (from < 0 || to < 0) {
        continue;
      }
      int length = to > from ? to - from : to + MINUTES_PER_DAY - from;
      for (int day = 0; day < DAYS; day++) {
        if (daypart.days().isEmpty() || daypart.days().contains(DAY_NAMES.get(day))) {
          int start = day * MINUTES_PER_DAY + from;
          for (int i = 0; i < length; i++) {
            minutes[(start + i) % minutes.length] = true;
          }
        }
      }
    }
    return minutes;
  }

  /** The minutes that are set, as from, to (exclusive), from, to… */
  static int[] ranges(boolean[] minutes) {
    int[] ranges = new int[minutes.length + 1];
    int size = 0;
    for (int minute = 0; minute < minutes.length; minute++) {
      boolean before = minute > 0 && minutes[minute - 1];
      if (minutes[minute] != before) {
        ranges[size++] = minute;
      }
    }
    if (minutes[minutes.length - 1]) {
      ranges[size++] = minutes.length;
    }
    return java.util.Arrays.copyOf(ranges, size);
  }

  private static long[] one(long number) {
    return number == 0 ? NONE : new long[] {number};
  }

  private static long region(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return 0;
    }
    byte[] code = bytes(text.substring(slash + 1));
    return AdQuery.packRegion(Country.pack(text.substring(0, slash)), code, 0, code.length);
  }

  private static long size(String text) {
    int by = text.indexOf('x');
    if (by < 0) {
      return 0;
    }
    int width = digits(text, 0, by);
    int height = digits(text, by + 1, text.length());
    return width < 1 || height < 1 ? 0 : AdQuery.packSize(width, height);
  }

  private static long[] devices(String text) {
    if (text.equals(DeviceType.MOBILE.name())) {
      return new long[] {
        DeviceType.MOBILE.code(), DeviceType.PHONE.code(), DeviceType.TABLET.code()
      };
    }
    for (DeviceType type : DeviceType.values()) {
      if (type.name().equals(text)) {
        return one(type.code());
      }
    }
    return NONE;
  }

  private static long[] connections(String text) {
    if (text.equals(Connection.CELLULAR.name())) {
      return new long[] {
        Connection.CELLULAR.code(),
        Connection.CELLULAR_2G.code(),
        Connection.CELLULAR_3G.code(),
        Connection.CELLULAR_4G.code(),
        Connection.CELLULAR_5G.code()
      };
    }
    for (Connection connection : Connection.values()) {
      if (connection.name().equals(text)) {
        return one(connection.code());
      }
    }
    return NONE;
  }

  /** 0 to 1,440, or -1 of what is no {@code HH:mm}. */
  private static int minuteOfDay(String time) {
    int colon = time.indexOf(':');
    int hour = colon < 0 ? -1 : digits(time, 0, colon);
    int minute = colon < 0 ? -1 : digits(time, colon + 1, time.length());
    int of = hour * MINUTES_PER_HOUR + minute;
    return hour < 0 || minute < 0 || minute >= MINUTES_PER_HOUR || of > MINUTES_PER_DAY ? -1 : of;
  }

  /** A decimal number below 65,536, or -1. */
  private static int digits(String text, int from, int to) {
    int number = to > from && to - from <= MAX_DIGITS ? 0 : -1;
    for (int i = from; i < to && number >= 0; i++) {
      int digit = text.charAt(i) - '0';
      number = digit >= 0 && digit <= 9 ? number * 10 + digit : -1;
    }
    return number < 1 << Short.SIZE ? number : -1;
  }
}
