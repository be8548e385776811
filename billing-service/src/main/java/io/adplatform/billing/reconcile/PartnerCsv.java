package io.adplatform.billing.reconcile;

import io.adplatform.billing.reconcile.PartnerFile.Place;
import io.adplatform.billing.reconcile.PartnerFile.Reading;
import io.adplatform.billing.reconcile.PartnerFile.Refusal;
import io.adplatform.billing.reconcile.PartnerFile.Row;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.money.Decimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads a supply partner's figures: CSV (RFC 4180) in UTF-8 with a header line that names, in any
 * order, {@code hour} (RFC 3339, on a whole hour of the day in UTC), one of {@code line_item_id},
 * {@code cid} and {@code crid}, {@code impressions}, {@code amount} (units of the currency, as a
 * plain decimal) and {@code currency}. All of it or nothing is taken: whatever is wrong with one
 * line refuses the file. Of one thread, used once.
 */
final class PartnerCsv {
  /** Reasons that are told; the rest is counted. */
  static final int MAX_REFUSALS = 20;

  /** Impressions of a line item in an hour: a hundred times what the largest exchange has. */
  static final long MAX_IMPRESSIONS = 1_000_000_000L;

  private static final int MAX_DIGITS = 18;
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");

  private static final String HOUR = "hour";
  private static final String IMPRESSIONS = "impressions";
  private static final String AMOUNT = "amount";
  private static final String CURRENCY = "currency";
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final LocalDate day;
  private final List<Refusal> refusals = new ArrayList<>();
  private final Map<String, Integer> columns = new HashMap<>();
  private final Map<Place, Row> rows = new TreeMap<>();
  private final byte[] scratch = new byte[Decimal.MAX_TEXT_LENGTH];
  private PartnerFile.Key key;

  private PartnerCsv(LocalDate day) {
    this.day = day;
  }

  /** Reads a file that is said to be of a day. */
  static Reading read(byte[] content, LocalDate day) {
    PartnerCsv csv = new PartnerCsv(day);
    csv.read(content);
    return csv.refusals.isEmpty()
        ? new Reading(new PartnerFile(day, csv.key, csv.rows), List.of())
        : new Reading(null, csv.refusals);
  }

  private void read(byte[] content) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      refuse(1, "is not UTF-8");
      return;
    }
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      text = text.substring(1);
    }
    if (text.isBlank()) {
      refuse(1, "the file is empty");
      return;
    }
    String[] lines = text.split("\r?\n", -1);
    int end = lines.length;
    if (lines[end - 1].isEmpty()) {
      end--;
    }
    if (!header(lines[0])) {
      return;
    }
    for (int i = 1; i < end && refusals.size() < MAX_REFUSALS; i++) {
      row(i + 1, lines[i]);
    }
    if (rows.isEmpty() && refusals.isEmpty()) {
      refuse(2, "there is no row");
    }
  }

  private void refuse(int line, String reason) {
    refusals.add(new Refusal(line, reason));
  }

  private boolean header(String line) {
    List<String> names = cells(line);
    if (names == null) {
      refuse(1, "the header's quotes do not close");
      return false;
    }
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i).strip();
      PartnerFile.Key named = keyOf(name);
      if (named == null && !List.of(HOUR, IMPRESSIONS, AMOUNT, CURRENCY).contains(name)) {
        refuse(1, "there is no column '" + shortened(name) + "'");
      } else if (columns.putIfAbsent(name, i) != null) {
        refuse(1, "the column " + name + " stands twice");
      } else if (named != null && key != null) {
        refuse(
            1, "rows name one of line_item_id, cid and crid, not " + key.column() + " and " + name);
      }
      key = named == null ? key : named;
    }
    for (String name : List.of(HOUR, IMPRESSIONS, AMOUNT, CURRENCY)) {
      if (!columns.containsKey(name)) {
        refuse(1, "the column " + name + " is missing");
      }
    }
    if (key == null) {
      refuse(1, "the column line_item_id, cid or crid is missing");
    }
    return refusals.isEmpty();
  }

  private static PartnerFile.Key keyOf(String name) {
    for (PartnerFile.Key key : PartnerFile.Key.values()) {
      if (key.column().equals(name)) {
        return key;
      }
    }
    return null;
  }

  private void row(int line, String text) {
    if (text.isBlank()) {
      refuse(line, "is empty: the file has a hole");
      return;
    }
    List<String> cells = cells(text);
    if (cells == null) {
      refuse(line, "its quotes do not close");
      return;
    }
    if (cells.size() != columns.size()) {
      refuse(line, "has " + cells.size() + " columns, the header " + columns.size());
      return;
    }
    int before = refusals.size();
    for (String name : columns.keySet().stream().sorted().toList()) {
      if (cells.get(columns.get(name)).isBlank()) {
        refuse(line, name + " is empty: the file has a hole");
      }
    }
    if (refusals.size() > before) {
      return;
    }
    long hour = hour(line, cell(cells, HOUR));
    long id = ApiRequest.parseId(cell(cells, key.column()));
    if (id < 0) {
      refuse(line, key.column() + " is not an id: " + shortened(cell(cells, key.column())));
    }
    long impressions = impressions(line, cell(cells, IMPRESSIONS));
    String amount = cell(cells, AMOUNT);
    long micros = micros(line, amount);
    String currency = cell(cells, CURRENCY);
    if (CurrencyCode.numeric(currency) == CurrencyCode.UNKNOWN) {
      refuse(line, "currency is not one of ISO 4217: " + shortened(currency));
    }
    if (impressions == 0 && micros > 0) {
      refuse(line, "amount is " + amount + " for no impression");
    }
    if (refusals.size() == before) {
      Row row = new Row(impressions, micros, decimals(amount), line);
      Row former = rows.putIfAbsent(new Place(hour, id, currency), row);
      if (former != null) {
        refuse(line, "repeats line " + former.line() + ": the same hour, id and currency");
      }
    }
  }

  private String cell(List<String> cells, String column) {
    return cells.get(columns.get(column)).strip();
  }

  private long hour(int line, String text) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
      if (!time.equals(time.truncatedTo(ChronoUnit.HOURS))) {
        refuse(line, "hour is not a whole hour of UTC: " + text);
      } else if (!time.toLocalDate().equals(day)) {
        refuse(line, "hour is not of " + day + " in UTC: " + text);
      }
      return time.toEpochSecond();
    } catch (DateTimeException e) {
      refuse(line, "hour is not RFC 3339, such as " + day + "T13:00:00Z: " + shortened(text));
      return 0;
    }
  }

  private long impressions(int line, String text) {
    if (!WHOLE.matcher(text).matches()) {
      refuse(line, "impressions is not a whole number: " + shortened(text));
    } else if (text.startsWith("-")) {
      refuse(line, "impressions is below 0: " + shortened(text));
    } else if (text.length() > MAX_DIGITS || Long.parseLong(text) > MAX_IMPRESSIONS) {
      refuse(line, "impressions is above " + MAX_IMPRESSIONS + ": " + shortened(text));
    } else {
      return Long.parseLong(text);
    }
    return 0;
  }

  private long micros(int line, String text) {
    // No exponents: a spreadsheet that writes them has lost digits.
    long micros =
        text.indexOf('e') >= 0 || text.indexOf('E') >= 0
            ? Decimal.INVALID
            : Decimal.parseMicros(text, scratch);
    if (micros == Decimal.INVALID) {
      refuse(line, "amount is not a plain decimal such as 12.345678: " + shortened(text));
    } else if (micros == Decimal.TOO_LARGE) {
      refuse(line, "amount is above a million units: " + shortened(text));
    } else if (micros < 0) {
      refuse(line, "amount is below 0: " + shortened(text));
    } else {
      return micros;
    }
    return 0;
  }

  private static int decimals(String amount) {
    int point = amount.indexOf('.');
    return point < 0 ? 0 : amount.length() - point - 1;
  }

  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  /** The cells of a line; null where a quote does not close. */
  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        cell.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return quoted ? null : cells;
  }
}
