package io.adplatform.campaign.check;

import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.money.ExchangeRates;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;

/** {@code date} and {@code unitsPerUsd} of rate tables, in bodies and rows. */
public final class RatesForm {
  private static final String USD = CurrencyCode.letters(CurrencyCode.USD);
  private static final LocalDate EARLIEST = LocalDate.parse("2000-01-01");
  private static final LocalDate LATEST = LocalDate.parse("2099-12-31");

  private RatesForm() {}

  /** Reads {@code date}; the first day there is where it is none. */
  public static LocalDate date(JsonObject body, FieldErrors errors) {
    try {
      LocalDate date = LocalDate.parse(body.getString("date"));
      if (!date.isBefore(EARLIEST) && !date.isAfter(LATEST)) {
        return date;
      }
    } catch (DateTimeException e) {
      // Said below.
    }
    errors.add("/date", "must be a day between 2000 and 2099, such as 2026-11-22");
    return EARLIEST;
  }

  /** Reads {@code unitsPerUsd}. */
  public static Map<String, String> read(JsonObject body, FieldErrors errors) {
    JsonObject json = body.getJsonObject("unitsPerUsd");
    Map<String, String> rates = parse(json);
    errors.require(!rates.isEmpty(), "/unitsPerUsd", "must name a currency");
    rates.forEach(
        (code, rate) -> {
          String at = "/unitsPerUsd/" + code;
          errors.require(!code.equals(USD), at, "is what the others are counted in: leave it out");
          errors.require(
              Amounts.isCurrency(code), at, "is not a currency of ISO 4217 that is in use");
          errors.require(
              ExchangeRates.isRate(rate),
              at,
              "must be decimal text above 0, such as \"0.92\", of at most "
                  + ExchangeRates.MAX_WHOLE_DIGITS
                  + " digits and "
                  + ExchangeRates.MAX_DECIMALS
                  + " decimals");
        });
    return rates;
  }

  /** Reads a row's column. */
  public static Map<String, String> ofColumn(String json) {
    return parse(new JsonObject(json));
  }

  private static Map<String, String> parse(JsonObject json) {
    Map<String, String> rates = new TreeMap<>();
    json.fieldNames().forEach(code -> rates.put(code, json.getString(code)));
    return rates;
  }

  /** Writes them. */
  public static JsonObject toJson(Map<String, String> unitsPerUsd) {
    JsonObject json = new JsonObject();
    unitsPerUsd.forEach(json::put);
    return json;
  }
}
