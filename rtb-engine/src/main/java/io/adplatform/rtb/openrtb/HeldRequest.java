package io.adplatform.rtb.openrtb;

import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.rtb.demand.PartnerRound;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.LaneTimer;
import io.adplatform.runtime.lane.LaneTimers;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.openrtb.BidRequest;
import io.vertx.core.http.HttpServerRequest;

/**
 * A request that is set aside until counters are answered, or their time is up, and then until
 * demand partners are. It owns the slot that the request was read into. Pooled by the handler of
 * one lane.
 */
final class HeldRequest implements LaneTimer, CapLookup.Listener, PartnerRound.Listener {
  /** How long a request waits for counters; the lane's timers are some 1 ms late at most. */
  private static final long COUNTERS_NANOS = 2_000_000L;

  final CapLookup lookup = new CapLookup();
  final PartnerRound round = new PartnerRound(this);
  private final AuctionHandler handler;
  BidRequest slot = new BidRequest();
  HttpServerRequest http;
  SupplyPartner partner;
  long receivedNanos;
  long parseNanos;
  long askedNanos;
  private long timer = LaneTimers.NO_TIMER;

  /** Whether its counters were asked for. */
  boolean counted;

  HeldRequest(AuctionHandler handler) {
    this.handler = handler;
    lookup.listener(this);
  }

  /** Takes a request in; gives an empty slot for the one that it was read into. */
  BidRequest hold(
      BidRequest read, HttpServerRequest request, SupplyPartner of, long received, long parse) {
    BidRequest empty = slot;
    slot = read;
    http = request;
    partner = of;
    receivedNanos = received;
    parseNanos = parse;
    return empty;
  }

  /** Starts to wait for counters. */
  void startTimer(Lane lane) {
    askedNanos = System.nanoTime();
    timer = lane.timers().schedule(lane.nowNanos() + COUNTERS_NANOS, this);
  }

  /** They are waited for no more. */
  void stopTimer(Lane lane) {
    lane.timers().cancel(timer, this);
    timer = LaneTimers.NO_TIMER;
  }

  /** Lets the request go. */
  void reset() {
    http = null;
    partner = null;
  }

  @Override
  public void onAnswer(CapLookup answered) {
    handler.onCounters(this);
  }

  @Override
  public void onTimer(long nowNanos) {
    timer = LaneTimers.NO_TIMER;
    lookup.giveUp();
    handler.onCounters(this);
  }

  @Override
  public void onAnswers(PartnerRound answered) {
    handler.onPartners(this);
  }
}
