package io.adplatform.campaign.check;

import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** Reads times and time zones. */
public final class Times {
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

  private Times() {}

  /** Reads an RFC 3339 time, to the millisecond; null where it is not there. */
  public static Instant instant(JsonObject body, String name, FieldErrors errors) {
    String text = body.getString(name);
    if (text == null) {
      return null;
    }
    try {
      Instant instant = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
      errors.require(
          !instant.isBefore(EARLIEST) && instant.isBefore(LATEST),
          "/" + name,
          "must be between 2000 and 2100");
      return instant;
    } catch (DateTimeException e) {
      errors.add("/" + name, "must be an RFC 3339 time, such as 2026-11-20T00:00:00Z");
      return null;
    }
  }

  /** Writes a time; null stays null. */
  public static String text(Instant instant) {
    return instant == null ? null : instant.toString();
  }

  /** Checks that a flight ends after it starts. */
  public static void checkOrder(Instant startAt, Instant endAt, FieldErrors errors) {
    errors.require(
        startAt == null || endAt == null || startAt.isBefore(endAt),
        "/endAt",
        "must be after startAt");
  }

  /**
   * Checks an IANA time zone; offsets such as {@code +02:00} have no daylight saving and are none.
   */
  public static void checkZone(String zone, FieldErrors errors) {
    errors.require(
        ZoneId.getAvailableZoneIds().contains(zone),
        "/timeZone",
        "is not a time zone of the IANA database, such as America/New_York");
  }
}
