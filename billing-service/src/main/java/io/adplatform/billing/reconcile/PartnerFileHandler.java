package io.adplatform.billing.reconcile;

import io.adplatform.billing.reconcile.PartnerFile.Place;
import io.adplatform.billing.reconcile.PartnerFile.Reading;
import io.adplatform.billing.reconcile.PartnerFile.Refusal;
import io.adplatform.billing.reconcile.PartnerFile.Row;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.FieldError;
import io.adplatform.runtime.api.Page;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.storage.postgres.Transactions;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code PUT /api/v1/billing/supply-partners/{id}/figures/{date}} (operators, and the partner
 * itself): takes a partner's own figures of a day (UTC) as CSV, whole or not at all, in the place
 * of those it had. The same file again changes nothing. A refused file leaves what was there; that
 * it came and why it was refused is kept. Thread-safe.
 */
final class PartnerFileHandler implements ApiHandler {
  private final Transactions transactions;
  private final SettledFigures settled;
  private final InstantSource clock;
  private final Counter refused;

  PartnerFileHandler(
      Transactions transactions,
      SettledFigures settled,
      InstantSource clock,
      MeterRegistry metrics) {
    this.transactions = transactions;
    this.settled = settled;
    this.clock = clock;
    this.refused =
        Counter.builder("adplatform.billing.partner.files.refused")
            .description("Files of supply partners' figures that were refused")
            .register(metrics);
  }

  @Override
  public ApiResponse handle(ApiRequest request) throws Exception {
    request.caller().require(Role.PARTNER);
    long partner = request.pathId("id");
    requireVisible(request, partner);
    LocalDate day = Reconciliation.date(request, "date");
    if (day.isAfter(clock.instant().atZone(ZoneOffset.UTC).toLocalDate())) {
      throw Problem.invalid("date", "has not come yet");
    }
    Reconciliation.requireKept(day, settled.position());
    byte[] content = request.body().getBytes();
    byte[] sha256 = sha256(content);
    Author author = Author.of(request.caller());
    Reading reading = PartnerCsv.read(content, day);
    List<Refusal> refusals =
        reading.file() == null ? reading.refusals() : unknown(partner, reading.file());
    if (!refusals.isEmpty()) {
      refuse(request, partner, day, sha256, refusals, author);
    }
    return ApiResponse.ok(accept(request, partner, reading.file(), content, sha256, author));
  }

  /**
   * {@code GET /api/v1/billing/supply-partners/{id}/figures} (operators, and the partner itself):
   * the files that came, accepted and refused, by whom and when.
   */
  ApiResponse list(ApiRequest request) throws Exception {
    request.caller().require(Role.PARTNER);
    long partner = request.pathId("id");
    requireVisible(request, partner);
    Page page = Page.of(request);
    LocalDate day =
        request.query("date") == null ? null : Reconciliation.date("date", request.query("date"));
    List<JsonObject> files =
        transactions.forCaller(
            request.caller(),
            handle ->
                PartnerFileStore.list(
                    handle.getConnection(), partner, day, page.afterId(), page.fetch()));
    return page.answer(files.iterator());
  }

  private void requireVisible(ApiRequest request, long partner) throws Exception {
    transactions.forCaller(
        request.caller(),
        handle -> {
          if (!PartnerFileStore.isVisible(handle.getConnection(), partner)) {
            throw Problem.notFound("supply partner");
          }
          return null;
        });
  }

  private JsonObject accept(
      ApiRequest request,
      long partner,
      PartnerFile file,
      byte[] content,
      byte[] sha256,
      Author author)
      throws Exception {
    JsonObject summary =
        new JsonObject().put("rows", file.rows().size()).put("amounts", amounts(file));
    return transactions.forCaller(
        request.caller(),
        handle -> {
          PartnerFileStore.hold(handle.getConnection(), partner);
          JsonObject same =
              PartnerFileStore.sameInForce(handle.getConnection(), partner, file.day(), sha256);
          if (same != null) {
            return same;
          }
          JsonObject added =
              PartnerFileStore.add(
                  handle.getConnection(),
                  partner,
                  file.day(),
                  content,
                  sha256,
                  summary,
                  author,
                  clock.millis());
          PartnerFileStore.forgetReplaced(handle.getConnection(), partner, file.day());
          return added;
        });
  }

  private static JsonArray amounts(PartnerFile file) {
    Map<String, long[]> sums = new TreeMap<>();
    file.rows()
        .forEach(
            (place, row) -> {
              long[] sum = sums.computeIfAbsent(place.currency(), c -> new long[2]);
              sum[0] += row.impressions();
              sum[1] += row.amountMicros();
            });
    JsonArray amounts = new JsonArray();
    sums.forEach(
        (currency, sum) ->
            amounts.add(
                new JsonObject()
                    .put("currency", currency)
                    .put("impressions", sum[0])
                    .put("amountMicros", sum[1])));
    return amounts;
  }

  /**
   * Rows that name what was never in a bid to this partner, or not in that currency. What others
   * were bid, or nobody was, is the same to it: it learns of no other's line items.
   */
  private List<Refusal> unknown(long partner, PartnerFile file) throws Exception {
    Set<Long> ids = file.rows().keySet().stream().map(Place::id).collect(Collectors.toSet());
    String noun = file.key().column();
    List<Refusal> refusals = new ArrayList<>();
    if (file.key() == PartnerFile.Key.CREATIVE) {
      Set<Long> known = settled.known(partner, "creative", ids);
      file.rows()
          .forEach(
              (place, row) -> {
                if (!known.contains(place.id())) {
                  refusals.add(new Refusal(row.line(), unknown(noun, place)));
                }
              });
    } else {
      Map<Long, String> currencies = currenciesOfBids(partner, file.key(), ids);
      file.rows()
          .forEach((place, row) -> check(noun, place, row, currencies.get(place.id()), refusals));
    }
    refusals.sort(Comparator.comparingInt(Refusal::line));
    return refusals;
  }

  /** Currencies of the line items or campaigns that were bid to a partner, by id. */
  private Map<Long, String> currenciesOfBids(long partner, PartnerFile.Key key, Set<Long> ids)
      throws Exception {
    List<PartnerFileStore.Named> named =
        transactions.forService(handle -> PartnerFileStore.named(handle.getConnection(), key, ids));
    Set<Long> bid =
        settled.known(
            partner, "lineItem", named.stream().map(PartnerFileStore.Named::lineItemId).toList());
    Map<Long, String> currencies = new TreeMap<>();
    for (PartnerFileStore.Named one : named) {
      if (bid.contains(one.lineItemId())) {
        currencies.put(one.id(), one.currency());
      }
    }
    return currencies;
  }

  private static void check(
      String noun, Place place, Row row, String currency, List<Refusal> refusals) {
    if (currency == null) {
      refusals.add(new Refusal(row.line(), unknown(noun, place)));
    } else if (!currency.equals(place.currency())) {
      refusals.add(
          new Refusal(
              row.line(),
              "currency is " + place.currency() + "; " + place.id() + " bids in " + currency));
    }
  }

  private static String unknown(String noun, Place place) {
    return noun + " " + place.id() + " was in no bid to the partner";
  }

  /** In a transaction of its own, which stays when the request is refused. */
  private void refuse(
      ApiRequest request,
      long partner,
      LocalDate day,
      byte[] sha256,
      List<Refusal> refusals,
      Author author)
      throws Exception {
    List<Refusal> told = refusals.subList(0, Math.min(refusals.size(), PartnerCsv.MAX_REFUSALS));
    JsonArray reasons = new JsonArray();
    told.forEach(one -> reasons.add(one.toString()));
    transactions.forCaller(
        request.caller(),
        handle -> {
          PartnerFileStore.hold(handle.getConnection(), partner);
          PartnerFileStore.add(
              handle.getConnection(),
              partner,
              day,
              null,
              sha256,
              new JsonObject().put("refusals", reasons),
              author,
              clock.millis());
          PartnerFileStore.forgetRefusals(handle.getConnection(), partner);
          return null;
        });
    refused.increment();
    throw Problem.invalid(
        told.stream().map(one -> new FieldError("line " + one.line(), one.reason())).toList());
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
