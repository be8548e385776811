package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.Bid;
import io.adplatform.loadtest.exchange.RequestFile;
import io.adplatform.loadtest.exchange.Ssp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A supply partner that asks for bids and fires what they carry; all that is accepted is tallied.
 */
final class Seller {
  /** No call takes longer, or it fails. */
  private static final Duration CALL = Duration.ofSeconds(6);

  private static final int FOUND = 302;

  private final Subject partner;
  private final Signal billing;
  private final Ssp ssp;
  private final Demand demand;
  private final Tally tally;

  /**
   * @param billing the beacon or the notice, as agreed with this partner
   */
  Seller(Subject partner, Signal billing, Ssp ssp, Demand demand, Tally tally) {
    this.partner = partner;
    this.billing = billing;
    this.ssp = ssp;
    this.demand = demand;
    this.tally = tally;
  }

  /**
   * An answer.
   *
   * @param bids all of its bids
   * @param sold those of our line items
   */
  record Asked(Ssp.Answer answer, List<JsonNode> bids, List<Sold> sold) {
    /** Our bid for an imp, or null. */
    Sold soldFor(String imp) {
      return sold.stream()
          .filter(one -> one.bid().json().path("impid").asText().equals(imp))
          .findFirst()
          .orElse(null);
    }
  }

  /** The partner as reports know it. */
  Subject partner() {
    return partner;
  }

  /** Sends a request as its file says. */
  Asked ask(RequestFile request) throws IOException, InterruptedException {
    Instant hour = Hours.with(CALL);
    Ssp.Answer answer = ssp.ask(request.body(), request.gzip(), request.version());
    List<JsonNode> bids = new ArrayList<>();
    List<Sold> sold = new ArrayList<>();
    if (!request.isTest()) {
      tally.auctions(partner, hour, request.auctions());
    }
    for (JsonNode seat : answer.body().path("seatbid")) {
      for (JsonNode bid : seat.path("bid")) {
        bids.add(bid);
        Demand.LineItem ours = demand.lineItemOf(bid);
        if (ours != null) {
          sold.add(new Sold(new Bid(bid), ours, request.isTest()));
        }
        if (!request.isTest()) {
          tally.bid(partner, ours, hour);
        }
      }
    }
    return new Asked(answer, bids, sold);
  }

  /** Asks until a line item bids; throws where it does not within the bound. */
  Sold awaitSold(RequestFile request, String lineItem, Duration bound)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < bound.toNanos()) {
      for (Sold sold : ask(request).sold()) {
        if (sold.lineItem().name().equals(lineItem)) {
          return sold;
        }
      }
      Thread.sleep(20);
    }
    throw new IllegalStateException(
        "no bid of " + lineItem + " for " + request.name() + " within " + bound.toMillis() + " ms");
  }

  /** Fires a beacon or notice; the status of its answer. */
  int fire(Signal kind, Sold sold, String price) throws InterruptedException {
    return fire(kind, sold, price, kind.address(sold.bid(), price));
  }

  /** Fires a conversion with a token, as a landing page does; the status of its answer. */
  int convert(Sold sold, String token) throws InterruptedException {
    return fire(Signal.CONVERSION, sold, "0", sold.bid().conversion(token));
  }

  private int fire(Signal kind, Sold sold, String price, String address)
      throws InterruptedException {
    Instant hour = Hours.with(CALL);
    int status = ssp.fire(address);
    if (kind == Signal.CLICK ? status == FOUND : status / 100 == 2) {
      taken(kind, sold, price, hour);
    }
    return status;
  }

  /** Clicks; where that leads, null where it leads nowhere. */
  String click(Sold sold) throws IOException, InterruptedException {
    Instant hour = Hours.with(CALL);
    String location = ssp.redirect(sold.bid().click());
    if (location != null) {
      taken(Signal.CLICK, sold, "0", hour);
    }
    return location;
  }

  /** Tallies what is known to have been accepted. */
  void taken(Signal kind, Sold sold, String price, Instant hour) {
    tally.signal(partner, kind, billing, sold, price, hour);
  }
}
