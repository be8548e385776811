package io.adplatform.rtb.openrtb;

import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.runtime.lane.LaneTimer;
import io.adplatform.runtime.lane.LaneTimers;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.openrtb.BidRequest;
import io.vertx.core.http.HttpServerRequest;

/**
 * A request that is set aside until counters are answered, or their time is up. It owns the slot
 * that the request was read into. Pooled by the handler of one lane.
 */
final class HeldRequest implements LaneTimer, CapLookup.Listener {
  final CapLookup lookup = new CapLookup();
  private final AuctionHandler handler;
  BidRequest slot = new BidRequest();
  HttpServerRequest http;
  SupplyPartner partner;
  long receivedNanos;
  long parseNanos;
  long askedNanos;
  long timer = LaneTimers.NO_TIMER;

  HeldRequest(AuctionHandler handler) {
    this.handler = handler;
    lookup.listener(this);
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
}
