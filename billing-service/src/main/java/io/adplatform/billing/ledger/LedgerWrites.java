package io.adplatform.billing.ledger;

import io.adplatform.billing.funds.FundsStore;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.IdempotencyStore;
import io.adplatform.storage.postgres.Transactions;
import io.adplatform.wire.money.CurrencyCode;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** What every entry made by hand goes through: operators alone make them. Thread-safe. */
public final class LedgerWrites {
  private final Transactions transactions;
  private final InstantSource clock;
  private final LedgerCounters counters;
  private final IdempotencyStore idempotency = new IdempotencyStore();

  /** Makes entries at the times the clock tells. */
  public LedgerWrites(Transactions transactions, InstantSource clock, LedgerCounters counters) {
    this.transactions = transactions;
    this.clock = clock;
    this.counters = counters;
  }

  /** Prepares an entry in the transaction it is given. */
  @FunctionalInterface
  interface Draft {
    /**
     * Checks the request and says what it is to post.
     *
     * @throws Problem where it is refused
     */
    Prepared prepare(Connection connection) throws SQLException;
  }

  /**
   * An entry without postings.
   *
   * @param accounts that it may post to
   * @param posting puts in the postings once these are held
   * @param amountField of the request, named where an account would come to too much
   */
  record Prepared(Entry entry, Set<BookAccount> accounts, Posting posting, String amountField) {}

  /** Puts in postings. */
  @FunctionalInterface
  interface Posting {
    void into(Entry entry, Balances balances);
  }

  /**
   * Makes an entry, once per idempotency key.
   *
   * @return 201 with the entry
   * @throws Problem 403 for anyone but an operator, 422 without such a key, or what the draft
   *     throws
   */
  ApiResponse make(ApiRequest request, Entry.Kind kind, Draft draft) throws Exception {
    request.caller().require();
    if (request.header(IdempotencyStore.HEADER) == null) {
      throw Problem.invalid(
          IdempotencyStore.HEADER, "is needed: what is booked twice stays booked twice");
    }
    ApiResponse response =
        transactions.forCaller(
            request.caller(),
            handle ->
                idempotency.once(
                    handle, request, () -> make(handle.getConnection(), request, draft)));
    if (!response.headers().containsKey(IdempotencyStore.REPLAYED)) {
      counters.made(kind);
    }
    return response;
  }

  private ApiResponse make(Connection connection, ApiRequest request, Draft draft)
      throws SQLException {
    Prepared prepared = draft.prepare(connection);
    Entry entry = prepared.entry;
    if (entry.advertiserId != null && entry.advertiserId > 0) {
      // Grants under way have counted on what is there: a debit comes after them.
      FundsStore.lock(connection, List.of(entry.advertiserId));
    }
    LedgerStore store = new PostgresLedgerStore(connection);
    Balances balances = new Balances(store, prepared.accounts);
    prepared.posting.into(entry, balances);
    if (balances.isAnyBeyondBound()) {
      throw Problem.invalid(
          prepared.amountField, "would bring an account beyond " + Balances.MAX_MICROS + " micros");
    }
    long id = store.add(List.of(entry), balances, clock.millis()).getFirst();
    JsonObject document = EntryHandler.read(connection, id, request.caller());
    return ApiResponse.created("/api/v1/billing/entries/" + id, document);
  }

  /** Who makes an entry, and why. */
  static Entry.Authorship authorship(ApiRequest request, String reason) {
    return new Entry.Authorship(reason, request.caller().keyId(), request.caller().accountId());
  }

  /**
   * The currency of a body.
   *
   * @throws Problem 422 where there is no such currency
   */
  static String currency(JsonObject body) {
    String currency = body.getString("currency");
    if (CurrencyCode.numeric(currency) == CurrencyCode.UNKNOWN) {
      throw Problem.invalid("/currency", "is not a currency of ISO 4217");
    }
    return currency;
  }

  /**
   * Checks an advertiser's currency.
   *
   * @param missing thrown where there is no such advertiser
   * @throws Problem 422 where its currency is another
   */
  static void requireAdvertiser(
      Connection connection, long advertiserId, String currency, Problem missing)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT currency FROM advertiser WHERE id = ?")) {
      select.setLong(1, advertiserId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw missing;
        }
        if (!row.getString(1).equals(currency)) {
          throw Problem.invalid(
              "/currency", "is not the advertiser's, which is " + row.getString(1));
        }
      }
    }
  }
}
