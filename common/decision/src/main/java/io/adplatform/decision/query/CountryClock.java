package io.adplatform.decision.query;

import io.adplatform.wire.targeting.Country;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the clocks of most people in a region or a country show, where a request does not say it:
 * the zone of the greatest population. Regions are told apart in countries with several zones
 * ({@code zones.txt}). Offsets are worked out anew every quarter of an hour, as summer time comes
 * and goes. One lane.
 */
final class CountryClock {
  /** Of {@link #offsetMinutes}: nobody knows what the clocks show. */
  static final int UNKNOWN = Integer.MIN_VALUE;

  private static final String ZONES = "zones.txt";
  private static final long REFRESH_MILLIS = 15 * 60_000L;
  private static final int SECONDS_PER_MINUTE = 60;

  /** Longest code of a region in ISO 3166-2. */
  private static final int MAX_REGION_LENGTH = 3;

  private static final int REGION_BITS = MAX_REGION_LENGTH * Byte.SIZE;

  /** A power of two, several times as many as there are regions in {@link #ZONES}. */
  private static final int REGION_SLOTS = 1 << 10;

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** Zones by their number; 0 is none. */
  private final ZoneRules[] rules;

  private final int[] offsetMinutes;

  /** By packed country, the number of its zone. */
  private final char[] countryZones = new char[1 << 15];

  /** An open hash table from country and region to the number of a zone. */
  private final long[] regionKeys = new long[REGION_SLOTS];

  private final char[] regionZones = new char[REGION_SLOTS];
  private long refreshAtMillis = Long.MIN_VALUE;

  CountryClock() {
    List<ZoneRules> zones = new ArrayList<>();
    zones.add(null);
    for (String line : lines()) {
      String[] words = line.split(" ");
      int country = Country.pack(words[0]);
      char zone = (char) zones.size();
      zones.add(ZoneId.of(words[1]).getRules());
      if (words.length == 2) {
        countryZones[country] = zone;
      }
      for (int i = 2; i < words.length; i++) {
        byte[] region = words[i].getBytes(StandardCharsets.US_ASCII);
        long key = key(country, region, 0, region.length);
        int slot = slot(key);
        regionKeys[slot] = key;
        regionZones[slot] = zone;
      }
    }
    rules = zones.toArray(new ZoneRules[0]);
    offsetMinutes = new int[rules.length];
    Arrays.fill(offsetMinutes, UNKNOWN);
  }

  /**
   * Local time less UTC in minutes, or {@link #UNKNOWN} of a country that is not known.
   *
   * @param country packed
   * @param bytes with the code of the region, without the country and in either case; a region that
   *     is not known has the country's time
   */
  int offsetMinutes(int country, byte[] bytes, int offset, int length, long nowMillis) {
    if (nowMillis >= refreshAtMillis) {
      refresh(nowMillis);
    }
    if (length > 0 && length <= MAX_REGION_LENGTH) {
      int slot = slot(key(country, bytes, offset, length));
      if (regionKeys[slot] != 0) {
        return offsetMinutes[regionZones[slot]];
      }
    }
    return offsetMinutes[countryZones[country]];
  }

  private void refresh(long nowMillis) {
    refreshAtMillis = nowMillis - Math.floorMod(nowMillis, REFRESH_MILLIS) + REFRESH_MILLIS;
    Instant now = Instant.ofEpochMilli(nowMillis);
    for (int zone = 1; zone < rules.length; zone++) {
      offsetMinutes[zone] = rules[zone].getOffset(now).getTotalSeconds() / SECONDS_PER_MINUTE;
    }
  }

  /** The slot that holds a key, or the free one where it would be. */
  private int slot(long key) {
    int slot = (int) (key * GOLDEN >>> Integer.SIZE) & REGION_SLOTS - 1;
    while (regionKeys[slot] != 0 && regionKeys[slot] != key) {
      slot = slot + 1 & REGION_SLOTS - 1;
    }
    return slot;
  }

  private static long key(int country, byte[] bytes, int offset, int length) {
    long region = 0;
    for (int i = 0; i < length; i++) {
      int b = bytes[offset + i] & 0xFF;
      region = region << Byte.SIZE | (b >= 'a' && b <= 'z' ? b - ('a' - 'A') : b);
    }
    return (long) country << REGION_BITS | region;
  }

  private static List<String> lines() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                CountryClock.class.getResourceAsStream(ZONES), StandardCharsets.US_ASCII))) {
      return in.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
