package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.Span;

/**
 * {@code device.geo} or {@code user.geo} (OpenRTB 2.6, 3.2.19); fields are spans of the request.
 */
public final class Geo {
  /** Of a number that was not given. */
  public static final int ABSENT = Integer.MIN_VALUE;

  /** ISO 3166-1 alpha-3 (some send alpha-2). */
  public long country;

  /** ISO 3166-2 without the country. */
  public long region;

  /** City name. */
  public long city;

  /** Millionths of a degree, north positive, or {@link #ABSENT}. */
  public int latitudeMicros;

  /** Millionths of a degree, east positive, or {@link #ABSENT}. */
  public int longitudeMicros;

  /** Local time less UTC in minutes, or {@link #ABSENT}. */
  public int utcOffsetMinutes;

  void reset() {
    country = Span.NONE;
    region = Span.NONE;
    city = Span.NONE;
    latitudeMicros = ABSENT;
    longitudeMicros = ABSENT;
    utcOffsetMinutes = ABSENT;
  }
}
