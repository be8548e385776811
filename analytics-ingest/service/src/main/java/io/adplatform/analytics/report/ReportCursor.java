package io.adplatform.analytics.report;

import io.adplatform.runtime.api.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where the next page of a report begins: behind the last row, whatever was settled in between, and
 * in the span of time that the first page was of.
 *
 * @param fromSeconds of the report
 * @param toSeconds of the report, as it was resolved for the first page
 * @param keys of the last row: its groupings in order, then its currency
 */
record ReportCursor(long fromSeconds, long toSeconds, List<Long> keys) {
  private static final String PREFIX = "2:";

  /**
   * Reads one.
   *
   * @param groupings how many the report has
   * @throws Problem 422 where it is none of such a report
   */
  static ReportCursor parse(String text, int groupings) {
    try {
      String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
      if (plain.startsWith(PREFIX)) {
        List<Long> numbers = new ArrayList<>();
        for (String number : plain.substring(PREFIX.length()).split(",", -1)) {
          numbers.add(Long.parseLong(number));
        }
        if (numbers.size() == groupings + 3 && numbers.get(0) < numbers.get(1)) {
          return new ReportCursor(
              numbers.get(0), numbers.get(1), List.copyOf(numbers.subList(2, numbers.size())));
        }
      }
    } catch (IllegalArgumentException e) {
      // falls through: one answer for every kind of broken cursor
    }
    throw Problem.invalid("cursor", "is not a cursor of this report");
  }

  /** Its text. */
  String text() {
    String numbers = keys.stream().map(String::valueOf).collect(Collectors.joining(","));
    String plain = PREFIX + fromSeconds + "," + toSeconds + "," + numbers;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(plain.getBytes(StandardCharsets.US_ASCII));
  }
}
