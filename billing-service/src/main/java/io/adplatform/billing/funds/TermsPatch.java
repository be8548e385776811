package io.adplatform.billing.funds;

import io.adplatform.runtime.api.FieldError;
import io.adplatform.runtime.api.Problem;
import io.adplatform.wire.money.CurrencyCode;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** What a request changes of an advertiser's terms: a merge patch. For one request. */
final class TermsPatch {
  private static final String LIMIT = "creditLimitMicros";
  private static final String BUDGET = "budget";

  private final JsonObject body;
  private final List<FieldError> errors = new ArrayList<>();

  TermsPatch(JsonObject body) {
    this.body = body;
  }

  /**
   * The terms that come after what is in force.
   *
   * @param currency the advertiser's
   * @throws Problem 422 naming every field at fault
   */
  PaymentTerms apply(TermsStore.State before, String currency) {
    PaymentTerms old = before.purse().terms();
    String named = body.getString("terms");
    PaymentTerms.Kind kind = named == null ? old.kind() : PaymentTerms.Kind.valueOf(named);
    boolean credit = kind == PaymentTerms.Kind.CREDIT;
    Long kept = credit ? old.creditLimitMicros() : null;
    Long limit = body.containsKey(LIMIT) ? body.getLong(LIMIT) : kept;
    require(!credit || limit != null, LIMIT, "is needed with CREDIT");
    require(credit || limit == null, LIMIT, "is of CREDIT alone");
    Long total = budget("totalMicros", old.totalMicros());
    Long daily = budget("dailyMicros", old.dailyMicros());
    require(
        total == null || daily == null || daily <= total,
        "budget/dailyMicros",
        "must not be above totalMicros");
    requireNotCharged("totalMicros", total, old.totalMicros(), before.chargedMicros());
    requireNotCharged("dailyMicros", daily, old.dailyMicros(), before.todayMicros());
    checkCurrency(currency, limit != null && body.containsKey(LIMIT) || setsBudget());
    if (!errors.isEmpty()) {
      throw Problem.invalid(errors);
    }
    return new PaymentTerms(kind, limit, total, daily, old.version() + 1);
  }

  private Long budget(String bound, Long old) {
    if (!body.containsKey(BUDGET)) {
      return old;
    }
    JsonObject budget = body.getJsonObject(BUDGET);
    if (budget == null) {
      return null;
    }
    return budget.containsKey(bound) ? budget.getLong(bound) : old;
  }

  private boolean setsBudget() {
    JsonObject budget = body.getJsonObject(BUDGET);
    return budget != null && budget.stream().anyMatch(bound -> bound.getValue() != null);
  }

  /** What was charged cannot be taken back; a bound that stays as it was is not looked at. */
  private void requireNotCharged(String bound, Long micros, Long old, long chargedMicros) {
    boolean set = micros != null && !micros.equals(old);
    require(
        !set || micros >= chargedMicros,
        "budget/" + bound,
        "is below the " + chargedMicros + " micros that are charged already");
  }

  private void checkCurrency(String currency, boolean amounts) {
    String named = body.getString("currency");
    if (named == null) {
      require(!amounts, "currency", "is needed beside an amount");
    } else if (CurrencyCode.numeric(named) == CurrencyCode.UNKNOWN) {
      require(false, "currency", "is not a currency of ISO 4217");
    } else {
      require(named.equals(currency), "currency", "is not the advertiser's, which is " + currency);
    }
  }

  private void require(boolean condition, String field, String detail) {
    if (!condition) {
      errors.add(new FieldError("/" + field, detail));
    }
  }
}
