package io.adplatform.rtb.openrtb;

import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.metrics.LatencyHistogram;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.openrtb.BidRequest;

/** What the endpoint of one lane counts. Written by the lane, read by any thread. */
final class EndpointCounters {
  /** How requests were answered. */
  enum Answer {
    OK_200,
    NO_CONTENT_204,
    ERROR
  }

  /** Imps of readable requests, or deals of readable imps, that took no part. */
  enum DroppedImp {
    BAD,
    SURPLUS
  }

  final EnumCounters<Answer> answers;
  final EnumCounters<RefusalCause> refusals;
  final EnumCounters<DroppedImp> droppedImps;

  /** Deals of readable imps, by why they took no part. */
  final EnumCounters<DroppedImp> droppedDeals;

  final EnumCounters<RequestVersion> versions;
  final LatencyHistogram latency;

  EndpointCounters(Metrics metrics) {
    answers =
        metrics.counters(
            "adplatform_rtb_answers_total", "Bid requests answered", "status", Answer.class);
    refusals =
        metrics.counters(
            "adplatform_rtb_refusals_total",
            "Bid requests answered with an error",
            "cause",
            RefusalCause.class);
    droppedImps =
        metrics.counters(
            "adplatform_rtb_dropped_imps_total",
            "Imps that took no part in the auction of their request",
            "cause",
            DroppedImp.class);
    droppedDeals =
        metrics.counters(
            "adplatform_rtb_dropped_deals_total",
            "Deals that took no part in the auction of their imp",
            "cause",
            DroppedImp.class);
    versions =
        metrics.counters(
            "adplatform_rtb_versions_total",
            "Bid requests by the OpenRTB version that they say they are of",
            "version",
            RequestVersion.class);
    latency =
        metrics.latency(
            "adplatform_rtb_request_seconds", "From a bid request's last byte to its answer");
  }

  /** Counts what was dropped of a request. */
  void dropped(BidRequest request) {
    if (request.badImps > 0) {
      droppedImps.add(DroppedImp.BAD, request.badImps);
    }
    if (request.surplusImps > 0) {
      droppedImps.add(DroppedImp.SURPLUS, request.surplusImps);
    }
    if (request.badDeals > 0) {
      droppedDeals.add(DroppedImp.BAD, request.badDeals);
    }
    if (request.surplusDeals > 0) {
      droppedDeals.add(DroppedImp.SURPLUS, request.surplusDeals);
    }
  }
}
