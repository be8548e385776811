package io.adplatform.billing.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.reconcile.PartnerFile.Place;
import io.adplatform.billing.reconcile.PartnerFile.Reading;
import io.adplatform.billing.reconcile.PartnerFile.Row;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartnerCsvTest {
  private static final LocalDate DAY = LocalDate.parse("2026-11-20");
  private static final String HEADER = "hour,line_item_id,impressions,amount,currency\n";
  private static final String GOOD = "2026-11-20T13:00:00Z,1000,2,0.005,USD\n";

  private static Reading read(String text) {
    return PartnerCsv.read(text.getBytes(StandardCharsets.UTF_8), DAY);
  }

  private static long hour(String time) {
    return Instant.parse(time).getEpochSecond();
  }

  private static void assertRefused(String reason, String text) {
    Reading reading = read(text);
    assertNull(reading.file(), text);
    String told = reading.refusals().toString();
    assertTrue(told.contains(reason), told);
  }

  @Test
  void shouldReadAmountsExactly() {
    Reading reading =
        read(
            "\uFEFFcurrency,amount,cid,impressions,hour\r\n"
                + "USD,12345.678901,100,7,2026-11-20T00:00:00Z\r\n"
                + "EUR,\"0.1\",100,1,2026-11-21T00:00:00+01:00\r\n"
                + "USD,0,101,0,2026-11-20T23:00Z");
    assertNotNull(reading.file(), reading.refusals().toString());
    assertEquals(PartnerFile.Key.CAMPAIGN, reading.file().key());
    assertEquals(
        Map.of(
            new Place(hour("2026-11-20T00:00:00Z"), 100, "USD"),
            new Row(7, 12_345_678_901L, 6, 2),
            new Place(hour("2026-11-20T23:00:00Z"), 100, "EUR"),
            new Row(1, 100_000, 1, 3),
            new Place(hour("2026-11-20T23:00:00Z"), 101, "USD"),
            new Row(0, 0, 0, 4)),
        reading.file().rows());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "line 2: impressions is empty: the file has a hole|2026-11-20T13:00:00Z,1000,,1,USD",
        "line 2: currency is empty: the file has a hole|2026-11-20T13:00:00Z,1000,1,1, ",
        "line 2: has 4 columns, the header 5|2026-11-20T13:00:00Z,1000,1,1",
        "line 2: has 6 columns, the header 5|2026-11-20T13:00:00Z,1000,1,1,USD,x",
        "line 2: hour is not RFC 3339|20.11.2026 13:00,1000,1,1,USD",
        "line 2: hour is not a whole hour|2026-11-20T13:15:00Z,1000,1,1,USD",
        "line 2: hour is not a whole hour|2026-11-20T13:00:00+05:30,1000,1,1,USD",
        "line 2: hour is not of 2026-11-20|2026-11-21T00:00:00Z,1000,1,1,USD",
        "line 2: hour is not of 2026-11-20|2026-11-20T00:00:00+01:00,1000,1,1,USD",
        "line 2: line_item_id is not an id|2026-11-20T13:00:00Z,0x1F,1,1,USD",
        "line 2: impressions is not a whole number|2026-11-20T13:00:00Z,1000,1.5,1,USD",
        "line 2: impressions is below 0|2026-11-20T13:00:00Z,1000,-1,1,USD",
        "line 2: impressions is above|2026-11-20T13:00:00Z,1000,99999999999999999999999,1,USD",
        "line 2: impressions is above|2026-11-20T13:00:00Z,1000,1000000001,1,USD",
        "line 2: amount is not a plain decimal|2026-11-20T13:00:00Z,1000,1,1e3,USD",
        "line 2: amount is not a plain decimal|2026-11-20T13:00:00Z,1000,1,$1,USD",
        "line 2: amount is below 0|2026-11-20T13:00:00Z,1000,1,-0.01,USD",
        "line 2: amount is above a million|2026-11-20T13:00:00Z,1000,1,1000000.000001,USD",
        "line 2: amount is 1 for no impression|2026-11-20T13:00:00Z,1000,0,1,USD",
        "line 2: currency is not one of ISO 4217|2026-11-20T13:00:00Z,1000,1,1,XQX",
        "line 2: currency is not one of ISO 4217|2026-11-20T13:00:00Z,1000,1,1,usd",
        "line 2: its quotes do not close|2026-11-20T13:00:00Z,1000,1,\"1,USD",
      })
  void shouldRefuseAFileForOneRow(String reason, String row) {
    assertRefused(reason, HEADER + row + "\n");
    assertRefused(reason.replace("line 2", "line 3"), HEADER + GOOD + row + "\n");
  }

  @Test
  void shouldRefuseHolesAndRepeats() {
    assertRefused("line 3: is empty: the file has a hole", HEADER + GOOD + "\n" + GOOD);
    assertRefused("line 3: repeats line 2", HEADER + GOOD + GOOD);
    String same = GOOD.replace("13:00:00Z", "14:00:00+01:00");
    assertRefused("line 3: repeats line 2", HEADER + GOOD + same);
  }

  @Test
  void shouldRefuseHeadersThatDoNotFit() {
    assertRefused("the file is empty", "");
    assertRefused("line 2: there is no row", HEADER);
    assertRefused("the column amount is missing", HEADER.replace("amount,", "") + GOOD);
    assertRefused("there is no column 'price'", HEADER.replace("amount", "price") + GOOD);
    assertRefused("the column hour stands twice", HEADER.replace("amount", "hour") + GOOD);
    assertRefused(
        "line_item_id, cid or crid is missing", HEADER.replace("line_item_id,", "") + GOOD);
    assertRefused("not line_item_id and cid", HEADER.replace("amount", "cid") + GOOD);
    Reading binary = PartnerCsv.read(new byte[] {(byte) 0xff, (byte) 0xfe, 0}, DAY);
    assertEquals("[line 1: is not UTF-8]", binary.refusals().toString());
  }

  @Test
  void shouldTellTheFirstReasonsAlone() {
    Reading reading = read(HEADER + "x\n".repeat(1_000));
    assertEquals(PartnerCsv.MAX_REFUSALS, reading.refusals().size());
    assertEquals(2, reading.refusals().getFirst().line());
  }
}
