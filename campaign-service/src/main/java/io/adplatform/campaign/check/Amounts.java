package io.adplatform.campaign.check;

import io.adplatform.wire.catalogue.Budget;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Reads money: currencies, budgets, percentages. Bounds of amounts stand in the document. */
public final class Amounts {
  private static final int BASIS_POINT_DECIMALS = 2;

  /** What some country pays with today: no metals, funds and tests, and none withdrawn. */
  private static final Set<String> CURRENCIES = currencies();

  private Amounts() {}

  private static Set<String> currencies() {
    Set<String> codes = new TreeSet<>();
    for (String country : Locale.getISOCountries()) {
      Currency currency = Currency.getInstance(Locale.of("", country));
      if (currency != null) {
        codes.add(currency.getCurrencyCode());
      }
    }
    return codes;
  }

  /** Whether some country pays with it today. */
  public static boolean isCurrency(String code) {
    return CURRENCIES.contains(code);
  }

  /** Checks a currency. */
  public static void checkCurrency(String code, FieldErrors errors) {
    errors.require(isCurrency(code), "/currency", "is not a currency of ISO 4217 that is in use");
  }

  /** Reads {@code budget}; what is left out does not bind. */
  public static Budget budget(JsonObject body, FieldErrors errors) {
    JsonObject json = body.getJsonObject("budget");
    if (json == null) {
      return Budget.UNBOUNDED;
    }
    Long total = json.getLong("totalMicros");
    Long daily = json.getLong("dailyMicros");
    errors.require(
        total == null || daily == null || daily <= total,
        "/budget/dailyMicros",
        "must not be above totalMicros");
    return new Budget(total, daily);
  }

  /** Writes a budget. */
  public static JsonObject toJson(Budget budget) {
    return new JsonObject()
        .put("totalMicros", budget.totalMicros())
        .put("dailyMicros", budget.dailyMicros());
  }

  /**
   * Reads a percentage of at most two decimals.
   *
   * @return hundredths of a percent
   */
  public static int basisPoints(Number percent, String field, FieldErrors errors) {
    BigDecimal points = new BigDecimal(percent.toString()).movePointRight(BASIS_POINT_DECIMALS);
    if (points.stripTrailingZeros().scale() > 0) {
      errors.add(field, "may have at most two decimals");
      return 0;
    }
    return points.intValueExact();
  }

  /** Writes hundredths of a percent as a percentage: 1250 is 12.5. */
  public static Number percent(int basisPoints) {
    return BigDecimal.valueOf(basisPoints, BASIS_POINT_DECIMALS).doubleValue();
  }
}
