package io.adplatform.decision.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.testkit.check.AllocationCheck;
import io.adplatform.wire.targeting.Country;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountryClockTest {
  private static final String WINTER = "2026-01-15T12:00:00Z";
  private static final String SUMMER = "2026-07-15T12:00:00Z";

  private final CountryClock clock = new CountryClock();

  private int offset(String country, String region, String instant) {
    byte[] bytes = ("{" + (region == null ? "" : region) + "}").getBytes(StandardCharsets.UTF_8);
    int packed = country == null ? Country.UNKNOWN : Country.pack(country);
    return clock.offsetMinutes(
        packed, bytes, 1, bytes.length - 2, Instant.parse(instant).toEpochMilli());
  }

  @ParameterizedTest
  @CsvSource({
    "DEU,, 60, 120",
    "GBR, ENG, 0, 60",
    "IND, MH, 330, 330",
    "NPL,, 345, 345",
    "USA,, -300, -240",
    "USA, NY, -300, -240",
    "USA, CA, -480, -420",
    "USA, ca, -480, -420",
    "USA, TX, -360, -300",
    "USA, CO, -420, -360",
    "USA, AZ, -420, -420",
    "USA, HI, -600, -600",
    "USA, AK, -540, -480",
    "USA, nowhere, -300, -240",
    "CAN, BC, -480, -420",
    "CAN, SK, -360, -360",
    "CAN, NL, -210, -150",
    "CAN, ON, -300, -240",
    "BRA, AM, -240, -240",
    "BRA, SP, -180, -180",
    "AUS, WA, 480, 480",
    "AUS, SA, 630, 570",
    "AUS, QLD, 600, 600",
    "AUS, NSW, 660, 600",
    "MEX, BCN, -480, -420",
    "MEX, SON, -420, -420",
    "MEX, ROO, -300, -300",
    "MEX, CMX, -360, -360",
    "RUS, KGD, 120, 120",
    "RUS, MOW, 180, 180",
    "RUS, SVE, 300, 300",
    "RUS, KAM, 720, 720",
    "IDN, JK, 420, 420",
    "IDN, BA, 480, 480",
    "IDN, PA, 540, 540"
  })
  void shouldShowTheTimeOfMostPeopleThere(String country, String region, int winter, int summer) {
    assertEquals(winter, offset(country, region, WINTER));
    assertEquals(summer, offset(country, region, SUMMER));
  }

  @Test
  void shouldNotGuessWhereTheCountryIsNotKnown() {
    assertEquals(CountryClock.UNKNOWN, offset(null, null, WINTER));
    assertEquals(CountryClock.UNKNOWN, offset(null, "CA", WINTER));
    assertEquals(CountryClock.UNKNOWN, offset("ZZZ", "CA", WINTER));
  }

  @Test
  void shouldKnowEveryCountryWherePeopleLive() {
    for (String alpha2 : Locale.getISOCountries()) {
      boolean inhabited = !"AQ BV HM".contains(alpha2);
      int offset = offset(Locale.of("", alpha2).getISO3Country(), null, WINTER);
      assertEquals(inhabited, offset != CountryClock.UNKNOWN, alpha2);
    }
  }

  @Test
  void shouldFollowSummerTime() {
    assertEquals(60, offset("DEU", null, "2026-03-29T00:59:59Z"));
    assertEquals(120, offset("DEU", null, "2026-03-29T01:00:00Z"));
  }

  @Test
  void shouldAllocateNothingToTellTheTime() {
    byte[] region = "CA".getBytes(StandardCharsets.UTF_8);
    int country = Country.pack("USA");
    long now = Instant.parse(WINTER).toEpochMilli();
    AllocationCheck.assertNoAllocation(
        20_000, () -> clock.offsetMinutes(country, region, 0, region.length, now));
  }
}
