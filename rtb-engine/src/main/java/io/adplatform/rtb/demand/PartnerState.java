package io.adplatform.rtb.demand;

import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.wire.catalogue.DemandPartner;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.Map;

/**
 * What one lane knows of one partner: how it is reached and how it has answered lately. Made when
 * the partner is first asked; reached anew when its settings have changed.
 */
final class PartnerState {
  final PartnerBreaker breaker = new PartnerBreaker();
  final ErrorThrottle throttle;
  final LatencyFloor latency;
  final EnumCounters<PartnerOutcome> outcomes;
  int inFlight;
  private final String region;
  private DemandPartner partner;
  private RequestOptions options;
  private boolean reachable;

  PartnerState(String region, EnumCounters<PartnerOutcome> outcomes, long nowNanos) {
    this.region = region;
    this.outcomes = outcomes;
    throttle = new ErrorThrottle(nowNanos);
    latency = new LatencyFloor(nowNanos);
  }

  /** Takes the newest settings; allocates where they have changed. */
  void settings(DemandPartner newest) {
    if (newest == partner) {
      return;
    }
    partner = newest;
    DemandPartner.Endpoint endpoint = newest.endpoint();
    Map<String, String> urls = endpoint.urls();
    String url = urls.getOrDefault(region, urls.get(DemandPartner.ANY_REGION));
    boolean old = endpoint.protocol() == DemandPartner.Protocol.OPENRTB_2_5;
    RequestOptions made = new RequestOptions().setMethod(HttpMethod.POST);
    made.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.ACCEPT, "application/json")
        .putHeader(HttpHeaders.ACCEPT_ENCODING, "gzip")
        .putHeader("x-openrtb-version", old ? "2.5" : "2.6");
    if (endpoint.gzip()) {
      made.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    if (endpoint.authHeader() != null && endpoint.authValue() != null) {
      made.putHeader(endpoint.authHeader(), endpoint.authValue());
    }
    try {
      options = made.setAbsoluteURI(url);
      reachable = true;
    } catch (RuntimeException e) {
      // An address that is none is asked nothing; the partner counts as unreachable.
      reachable = false;
    }
  }

  RequestOptions options() {
    return options;
  }

  boolean isReachable() {
    return reachable;
  }
}
