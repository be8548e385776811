package io.adplatform.decision.query;

import io.adplatform.wire.catalogue.Country;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneRules;

/**
 * What the clocks of most people in a country show, where a request does not say it: the zone of
 * the greatest population. Offsets are worked out anew every quarter of an hour, as summer time
 * comes and goes. One lane.
 */
final class CountryClock {
  private static final long REFRESH_MILLIS = 15 * 60_000L;
  private static final int SECONDS_PER_MINUTE = 60;

  /** Country (ISO 3166-1 alpha-3) and zone (IANA); others are taken to be at UTC. */
  private static final String[] ZONES = {
    "ARE Asia/Dubai",
    "ARG America/Argentina/Buenos_Aires",
    "AUS Australia/Sydney",
    "AUT Europe/Vienna",
    "BEL Europe/Brussels",
    "BGD Asia/Dhaka",
    "BGR Europe/Sofia",
    "BRA America/Sao_Paulo",
    "CAN America/Toronto",
    "CHE Europe/Zurich",
    "CHL America/Santiago",
    "CHN Asia/Shanghai",
    "COL America/Bogota",
    "CZE Europe/Prague",
    "DEU Europe/Berlin",
    "DNK Europe/Copenhagen",
    "EGY Africa/Cairo",
    "ESP Europe/Madrid",
    "EST Europe/Tallinn",
    "FIN Europe/Helsinki",
    "FRA Europe/Paris",
    "GBR Europe/London",
    "GRC Europe/Athens",
    "HKG Asia/Hong_Kong",
    "HRV Europe/Zagreb",
    "HUN Europe/Budapest",
    "IDN Asia/Jakarta",
    "IND Asia/Kolkata",
    "IRL Europe/Dublin",
    "ISR Asia/Jerusalem",
    "ITA Europe/Rome",
    "JPN Asia/Tokyo",
    "KEN Africa/Nairobi",
    "KOR Asia/Seoul",
    "LKA Asia/Colombo",
    "LTU Europe/Vilnius",
    "LVA Europe/Riga",
    "MAR Africa/Casablanca",
    "MEX America/Mexico_City",
    "MYS Asia/Kuala_Lumpur",
    "NGA Africa/Lagos",
    "NLD Europe/Amsterdam",
    "NOR Europe/Oslo",
    "NZL Pacific/Auckland",
    "PAK Asia/Karachi",
    "PER America/Lima",
    "PHL Asia/Manila",
    "POL Europe/Warsaw",
    "PRT Europe/Lisbon",
    "ROU Europe/Bucharest",
    "RUS Europe/Moscow",
    "SAU Asia/Riyadh",
    "SGP Asia/Singapore",
    "SRB Europe/Belgrade",
    "SVK Europe/Bratislava",
    "SVN Europe/Ljubljana",
    "SWE Europe/Stockholm",
    "THA Asia/Bangkok",
    "TUR Europe/Istanbul",
    "TWN Asia/Taipei",
    "UKR Europe/Kyiv",
    "USA America/New_York",
    "VEN America/Caracas",
    "VNM Asia/Ho_Chi_Minh",
    "ZAF Africa/Johannesburg"
  };

  private final int[] countries = new int[ZONES.length];
  private final ZoneRules[] rules = new ZoneRules[ZONES.length];
  private final short[] offsetMinutes = new short[1 << 15];
  private long refreshAtMillis = Long.MIN_VALUE;

  CountryClock() {
    for (int i = 0; i < ZONES.length; i++) {
      int space = ZONES[i].indexOf(' ');
      countries[i] = Country.pack(ZONES[i].subSequence(0, space));
      rules[i] = ZoneId.of(ZONES[i].substring(space + 1)).getRules();
    }
  }

  /** Local time less UTC in minutes; 0 of a country that is not known. */
  int offsetMinutes(int country, long nowMillis) {
    if (nowMillis >= refreshAtMillis) {
      refresh(nowMillis);
    }
    return offsetMinutes[country];
  }

  private void refresh(long nowMillis) {
    refreshAtMillis = nowMillis - Math.floorMod(nowMillis, REFRESH_MILLIS) + REFRESH_MILLIS;
    Instant now = Instant.ofEpochMilli(nowMillis);
    for (int i = 0; i < countries.length; i++) {
      offsetMinutes[countries[i]] =
          (short) (rules[i].getOffset(now).getTotalSeconds() / SECONDS_PER_MINUTE);
    }
  }
}
