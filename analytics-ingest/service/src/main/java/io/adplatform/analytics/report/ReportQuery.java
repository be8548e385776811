package io.adplatform.analytics.report;

import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.FieldError;
import io.adplatform.runtime.api.Page;
import io.adplatform.runtime.api.Problem;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.DeviceType;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a report is asked for, checked.
 *
 * @param fromSeconds first second, since 1970; on a whole quarter of an hour
 * @param toSeconds first second no longer in it; on a whole quarter, or now
 * @param zone in which hours and days run
 * @param groupings in the order asked for; empty sums everything
 * @param filters values by grouping: alternatives, all groupings must hold
 */
record ReportQuery(
    long fromSeconds,
    long toSeconds,
    ZoneId zone,
    List<Grouping> groupings,
    Map<Grouping, Set<Long>> filters,
    Page page) {
  private static final long QUARTER_SECONDS = 15 * 60;

  /** Values of one filter: more than a person types, few enough for an address. */
  private static final int MAX_FILTER_VALUES = 100;

  /**
   * Reads a request.
   *
   * @throws Problem 422 that names each parameter at fault
   */
  static ReportQuery of(ApiRequest request, Clock clock) {
    List<FieldError> errors = new ArrayList<>();
    ZoneId zone = zone(request.query("tz"), errors);
    Instant now = clock.instant();
    String from = request.query("from") == null ? "today" : request.query("from");
    long fromSeconds = seconds("from", from, zone, now, errors);
    long toSeconds =
        request.query("to") == null
            ? now.getEpochSecond() + 1
            : seconds("to", request.query("to"), zone, now, errors);
    if (errors.isEmpty() && fromSeconds >= toSeconds) {
      errors.add(new FieldError("to", "must be after from"));
    }
    List<Grouping> groupings = groupings(request.query("groupBy"), errors);
    Map<Grouping, Set<Long>> filters = filters(request.query("filter"), errors);
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    return new ReportQuery(fromSeconds, toSeconds, zone, groupings, filters, Page.of(request));
  }

  private static ZoneId zone(String text, List<FieldError> errors) {
    if (text == null) {
      return ZoneId.of("UTC");
    }
    if (!ZoneId.getAvailableZoneIds().contains(text) || text.startsWith("SystemV/")) {
      errors.add(
          new FieldError("tz", "must be a time zone of the IANA database, as Europe/Berlin"));
      return ZoneId.of("UTC");
    }
    return ZoneId.of(text);
  }

  private static long seconds(
      String name, String text, ZoneId zone, Instant now, List<FieldError> errors) {
    LocalDate today = LocalDate.ofInstant(now, zone);
    long seconds;
    try {
      if (text.equals("today")) {
        seconds = startOf(today, zone);
      } else if (text.equals("yesterday")) {
        seconds = startOf(today.minusDays(1), zone);
      } else if (text.equals("now")) {
        return now.getEpochSecond() + 1;
      } else if (text.length() == "2026-11-20".length()) {
        seconds = startOf(LocalDate.parse(text), zone);
      } else {
        seconds = OffsetDateTime.parse(text).toEpochSecond();
      }
    } catch (DateTimeException e) {
      errors.add(
          new FieldError(
              name, "must be RFC 3339, a date as 2026-11-20, today, yesterday or now: " + text));
      return 0;
    }
    if (Math.floorMod(seconds, QUARTER_SECONDS) != 0) {
      errors.add(
          new FieldError(name, "must lie on a quarter of an hour: reports tell no less apart"));
    }
    return seconds;
  }

  private static long startOf(LocalDate day, ZoneId zone) {
    return day.atStartOfDay(zone).toEpochSecond();
  }

  private static List<Grouping> groupings(String text, List<FieldError> errors) {
    Set<Grouping> groupings = new LinkedHashSet<>();
    if (text != null && !text.isEmpty()) {
      for (String name : text.split(",", -1)) {
        Grouping grouping = Grouping.of(name);
        if (grouping != null) {
          groupings.add(grouping);
        } else if (Grouping.NOT_IN_FORCE.contains(name)) {
          errors.add(new FieldError("groupBy", name + " is not in force yet"));
        } else {
          errors.add(new FieldError("groupBy", "does not know " + name));
        }
      }
    }
    return List.copyOf(groupings);
  }

  private static Map<Grouping, Set<Long>> filters(String text, List<FieldError> errors) {
    Map<Grouping, Set<Long>> filters = new EnumMap<>(Grouping.class);
    if (text == null || text.isEmpty()) {
      return filters;
    }
    for (String pair : text.split(",", -1)) {
      int colon = pair.indexOf(':');
      String name = colon < 0 ? pair : pair.substring(0, colon);
      Grouping grouping = Grouping.ofFilter(name);
      if (grouping == null) {
        boolean later = Grouping.NOT_IN_FORCE.contains(name.replaceFirst("Id$", ""));
        errors.add(
            new FieldError(
                "filter", later ? name + " is not in force yet" : "does not know " + name));
        continue;
      }
      Set<Long> values = filters.computeIfAbsent(grouping, g -> new TreeSet<>());
      long value = colon < 0 ? -1 : value(grouping, pair.substring(colon + 1));
      if (value < 0) {
        errors.add(new FieldError("filter", "has no such value: " + pair));
      } else if (values.size() == MAX_FILTER_VALUES) {
        errors.add(new FieldError("filter", "takes at most " + MAX_FILTER_VALUES + " of " + name));
        return filters;
      } else {
        values.add(value);
      }
    }
    return filters;
  }

  /** The number of a filter's value; -1 where it is none. */
  private static long value(Grouping grouping, String text) {
    return switch (grouping.form()) {
      case ID -> ApiRequest.parseId(text);
      case COUNTRY -> text.matches("[A-Z]{3}") ? Country.pack(text) : -1;
      case DEVICE_TYPE -> deviceType(text);
      case HOUR, DAY -> -1;
    };
  }

  private static long deviceType(String text) {
    for (DeviceType type : DeviceType.values()) {
      if (type.name().equals(text)) {
        return type.code();
      }
    }
    return -1;
  }

  /** Whether it tells line items apart or asks for some of them. */
  boolean isOfLineItems() {
    return groupings.stream().anyMatch(Grouping::isDemand)
        || filters.keySet().stream().anyMatch(Grouping::isDemand);
  }

  /** Whether it tells demand partners apart or asks for some of them. */
  boolean isOfDemandPartners() {
    return uses(Grouping.DEMAND_PARTNER);
  }

  /** Whether a grouping is asked for or filtered by. */
  boolean uses(Grouping grouping) {
    return groupings.contains(grouping) || filters.containsKey(grouping);
  }
}
