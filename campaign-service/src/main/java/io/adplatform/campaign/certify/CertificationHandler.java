package io.adplatform.campaign.certify;

import io.adplatform.campaign.check.PartnerTerms;
import io.adplatform.campaign.entity.DemandPartnerKind;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.Transactions;
import io.adplatform.wire.catalogue.DemandPartner;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * {@code POST /demand-partners/{id}/test}: for operators, who see no secret by it: the auth header
 * goes from the store to the partner's own address alone. Thread-safe.
 */
public final class CertificationHandler {
  /** Tests at once: each waits for somebody else's server, on a thread and a connection. */
  private static final int MAX_TESTS = 4;

  private final Transactions transactions;
  private final PartnerTerms terms;
  private final DemandPartnerKind kind;
  private final Set<Long> running = ConcurrentHashMap.newKeySet();
  private final Semaphore free = new Semaphore(MAX_TESTS);

  /** Tests partners of a database. */
  public CertificationHandler(Transactions transactions, PartnerTerms terms) {
    this.transactions = transactions;
    this.terms = terms;
    this.kind = new DemandPartnerKind(terms);
  }

  /**
   * Tests one.
   *
   * @throws Problem 404 where there is none, 409 where it is being tested, 422 where it cannot be
   */
  public ApiResponse test(ApiRequest request) throws InterruptedException {
    request.caller().require(kind.terms().writers());
    DemandPartner partner = find(request);
    String region = request.query("region");
    String from = region == null ? DemandPartner.ANY_REGION : region;
    if (!partner.endpoint().urls().containsKey(from)) {
      throw Problem.invalid("region", "the partner has no endpoint of its own for it");
    }
    String authValue = opened(partner);
    if (!running.add(partner.id())) {
      throw Problem.conflict("The partner is being tested already.");
    }
    try {
      return ApiResponse.ok(tested(new Certification(partner, from), authValue));
    } finally {
      running.remove(partner.id());
    }
  }

  private JsonObject tested(Certification certification, String authValue)
      throws InterruptedException {
    if (!free.tryAcquire()) {
      throw Problem.unavailable("Other partners are being tested; try again.");
    }
    try {
      return certification.run(authValue);
    } finally {
      free.release();
    }
  }

  private DemandPartner find(ApiRequest request) {
    return transactions.forCaller(
        request.caller(),
        handle ->
            handle
                .createQuery(kind.terms().select() + " WHERE t.id = :id")
                .bind("id", request.pathId("id"))
                .map((row, context) -> kind.read(row))
                .findOne()
                .orElseThrow(() -> Problem.notFound("demand partner")));
  }

  private String opened(DemandPartner partner) {
    String sealed = partner.endpoint().authValue();
    if (sealed == null) {
      return null;
    }
    String value =
        terms.seal() == null
            ? null
            : terms.seal().open(sealed, DemandPartner.authPlace(partner.id()));
    if (value == null) {
      throw Problem.invalid(
          "/authHeader/value",
          "cannot be opened with the keys in secrets-key-file: give the value again");
    }
    return value;
  }
}
