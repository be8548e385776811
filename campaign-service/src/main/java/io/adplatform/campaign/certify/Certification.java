package io.adplatform.campaign.certify;

import io.adplatform.campaign.certify.AnswerCheck.Outcome;
import io.adplatform.campaign.certify.PartnerAnswer.Failure;
import io.adplatform.wire.catalogue.DemandPartner;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** One test of a partner, from the first request to the report. For one thread. */
final class Certification {
  /** A partner that is away is not asked all samples. */
  private static final int MAX_SILENT = 2;

  /** Somebody waits for the report: what was not asked by then is not asked. */
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(20);

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final DemandPartner partner;
  private final String region;
  private final String url;

  /**
   * Of a partner.
   *
   * @param region whose endpoint is asked; one that it has
   */
  Certification(DemandPartner partner, String region) {
    this.partner = partner;
    this.region = region;
    this.url = partner.endpoint().urls().get(region);
  }

  /**
   * Asks and judges.
   *
   * @param authValue opened; null where none is sent
   */
  JsonObject run(String authValue) throws InterruptedException {
    Verdicts verdicts = new Verdicts();
    JsonArray requests = new JsonArray();
    try (PartnerConnection connection =
        new PartnerConnection(URI.create(url), partner.endpoint(), authValue)) {
      String forbidden = connection.forbidden();
      if (forbidden != null) {
        verdicts.begin("address");
        verdicts.require(Rule.REACHABLE, false, forbidden);
      } else {
        ask(connection, new AnswerCheck(partner, verdicts), requests);
      }
    }
    return new JsonObject()
        .put("demandPartnerId", Long.toString(partner.id()))
        .put("region", region)
        .put("endpoint", url)
        .put("protocol", partner.endpoint().protocol().name())
        .put("passed", verdicts.passed())
        .put("requests", requests)
        .put("rules", verdicts.toJson());
  }

  private void ask(PartnerConnection connection, AnswerCheck check, JsonArray requests)
      throws InterruptedException {
    long start = System.nanoTime();
    int silent = 0;
    for (SampleRequest sample : SampleRequest.of(partner)) {
      if (silent == MAX_SILENT || System.nanoTime() - start > MAX_NANOS) {
        return;
      }
      PartnerAnswer answer =
          connection.ask(sample.body().toString().getBytes(StandardCharsets.UTF_8));
      Outcome outcome = check.judge(sample, answer);
      boolean answered = answer.failure() == Failure.NONE;
      silent = answered ? 0 : silent + 1;
      requests.add(
          new JsonObject()
              .put("sample", sample.name())
              .put("outcome", outcome.name())
              .put("status", answered ? answer.status() : null)
              .put("millis", answer.nanos() / NANOS_PER_MILLI)
              .put("bids", answered ? check.bids() : 0));
    }
  }
}
