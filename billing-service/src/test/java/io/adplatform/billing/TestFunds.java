package io.adplatform.billing;

import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.billing.funds.TermsHandler;
import io.adplatform.billing.ledger.AdjustmentHandler;
import io.adplatform.billing.ledger.CorrectionHandler;
import io.adplatform.billing.ledger.LedgerCounters;
import io.adplatform.billing.ledger.LedgerWrites;
import io.adplatform.billing.ledger.TopUpHandler;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;

/** An operator who books money and agrees on terms. Thread-safe. */
public final class TestFunds {
  private static final Caller OPERATOR = new Caller(99, 901, Role.OPERATOR);
  private static final String CURRENCY = "USD";

  private final TermsHandler terms;
  private final TopUpHandler topUps;
  private final AdjustmentHandler adjustments;
  private final CorrectionHandler corrections;

  public TestFunds(Transactions transactions, InstantSource clock) {
    LedgerWrites writes =
        new LedgerWrites(transactions, clock, new LedgerCounters(new SimpleMeterRegistry()));
    this.terms = new TermsHandler(transactions, clock);
    this.topUps = new TopUpHandler(writes);
    this.adjustments = new AdjustmentHandler(writes);
    this.corrections = new CorrectionHandler(writes);
  }

  /** Agrees on terms; their version is not looked at. */
  public JsonObject agree(long advertiserId, PaymentTerms to) {
    JsonObject body =
        new JsonObject()
            .put("terms", to.kind().name())
            .put("creditLimitMicros", to.creditLimitMicros())
            .put(
                "budget",
                new JsonObject()
                    .put("totalMicros", to.totalMicros())
                    .put("dailyMicros", to.dailyMicros()))
            .put("currency", CURRENCY)
            .put("reason", "as agreed");
    return send(terms::update, advertiserId, body);
  }

  /** Money came in. */
  public void topUp(long advertiserId, long micros) {
    send(topUps, advertiserId, amount(micros).put("reference", "transfer"));
  }

  /** Takes money by hand. */
  public void debit(long advertiserId, long micros) {
    JsonObject body =
        amount(micros)
            .put("advertiserId", Long.toString(advertiserId))
            .put("direction", "DEBIT")
            .put("reason", "a fee");
    send(adjustments, advertiserId, body);
  }

  /** Takes back some of an entry. */
  public void correct(long entryId, long micros) {
    JsonObject body =
        new JsonObject().put("advertiserCreditMicros", micros).put("reason", "invalid traffic");
    send(corrections, entryId, body);
  }

  /** The terms and what there is of the money. */
  public JsonObject read(long advertiserId) {
    return send(terms::get, advertiserId, new JsonObject());
  }

  private static JsonObject amount(long micros) {
    return new JsonObject().put("amountMicros", micros).put("currency", CURRENCY);
  }

  private static JsonObject send(ApiHandler handler, long id, JsonObject body) {
    MultiMap headers =
        MultiMap.caseInsensitiveMultiMap().add("Idempotency-Key", UUID.randomUUID().toString());
    ApiRequest request =
        new ApiRequest(
            "POST",
            "/",
            OPERATOR,
            Map.of("id", Long.toString(id)),
            MultiMap.caseInsensitiveMultiMap(),
            headers,
            body.toBuffer());
    try {
      return new JsonObject(handler.handle(request).body());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
