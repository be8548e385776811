package io.adplatform.decision.query;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.DealOffer;
import io.adplatform.decision.choice.DealOffers;
import io.adplatform.decision.deal.DealTerms;
import io.adplatform.decision.deal.FloorTerms;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;
import io.adplatform.wire.money.ExchangeRates;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.openrtb.ImpDeal;
import java.nio.charset.StandardCharsets;

/**
 * Says in the words of {@code decision} on which terms an imp is sold: the floor of the open
 * auction, and the deals. A deal's floor goes before an imp's (OpenRTB 2.6, 7.11); our own floor
 * rule is a minimum beside the imp's, for open bids alone. One lane; allocates nothing.
 */
final class TermsMapper {
  private static final Format[] FORMATS = Format.values();

  private final byte[] seat;

  TermsMapper(String seat) {
    this.seat = seat.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Sets the floor of the open auction.
   *
   * @return why nobody can bid in it, or NONE
   */
  Reason open(
      BidRequest request,
      Imp imp,
      SupplyPartner partner,
      CatalogueSnapshot catalogue,
      AdQuery query) {
    query.floorCpmMicros(AdQueryMapper.LEAST_PRICE);
    if (imp.privateAuction) {
      return Reason.PRIVATE_AUCTION;
    }
    long floor = impFloor(imp, catalogue.rates(), query);
    if (floor == ExchangeRates.UNKNOWN) {
      return Reason.CURRENCY_NOT_SERVED;
    }
    if (!catalogue.floors().isEmpty()) {
      long ours = ruleFloor(request, imp, partner, catalogue, query);
      if (ours == ExchangeRates.UNKNOWN) {
        return Reason.NO_EXCHANGE_RATE;
      }
      floor = Math.max(floor, ours);
    }
    query.floorCpmMicros(Math.max(AdQueryMapper.LEAST_PRICE, floor));
    return Reason.NONE;
  }

  /** The imp's floor in the query's currency; UNKNOWN where it cannot be told. */
  private static long impFloor(Imp imp, ExchangeRates rates, AdQuery query) {
    return imp.floorCpmMicros == 0
        ? 0
        : rates.convert(imp.floorCpmMicros, imp.floorCurrency, query.currency());
  }

  /**
   * What our rules ask for, in the query's currency: where an imp offers several formats the
   * highest of theirs, since its bids have one order of prices. UNKNOWN where it cannot be told.
   */
  private static long ruleFloor(
      BidRequest request,
      Imp imp,
      SupplyPartner partner,
      CatalogueSnapshot catalogue,
      AdQuery query) {
    long floor = 0;
    for (Format format : FORMATS) {
      if (isOffered(imp, format)) {
        long ours = ruleFloor(request, imp, partner, catalogue, query, FloorTerms.bit(format));
        if (ours == ExchangeRates.UNKNOWN) {
          return ours;
        }
        floor = Math.max(floor, ours);
      }
    }
    return floor;
  }

  private static boolean isOffered(Imp imp, Format format) {
    return switch (format) {
      case BANNER -> imp.banner;
      case VIDEO -> imp.videoTerms.offered;
      case NATIVE -> imp.nativeTerms.offered;
    };
  }

  private static long ruleFloor(
      BidRequest request,
      Imp imp,
      SupplyPartner partner,
      CatalogueSnapshot catalogue,
      AdQuery query,
      int formatBit) {
    FloorTerms rule =
        catalogue
            .floors()
            .find(
                partner.id(),
                request.bytes(),
                Span.offset(imp.tagId),
                Span.length(imp.tagId),
                query,
                formatBit);
    return rule == null
        ? 0
        : catalogue
            .rates()
            .convert(rule.rule().floorCpmMicros(), rule.currency(), query.currency());
  }

  /** Fills in the deals that an imp names and the catalogue has, guaranteed ones first. */
  void deals(
      BidRequest request,
      Imp imp,
      SupplyPartner partner,
      CatalogueSnapshot catalogue,
      long nowMillis,
      AdQuery query,
      DealOffers into) {
    into.clear();
    if (imp.dealCount() == 0 || catalogue.deals().count() == 0) {
      return;
    }
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < imp.dealCount(); i++) {
        ImpDeal deal = imp.deal(i);
        DealTerms terms =
            catalogue
                .deals()
                .find(partner.id(), request.bytes(), Span.offset(deal.id), Span.length(deal.id));
        if (terms != null && (deal.guaranteed || terms.deal().guaranteed()) == (pass == 0)) {
          DealOffer offer = into.add(terms, i);
          if (offer != null) {
            offer.refuse(fill(request, imp, deal, catalogue, nowMillis, query, offer));
          }
        }
      }
    }
  }

  /** Fills in the terms of one deal; why nothing may be bid on it, or NONE. */
  private Reason fill(
      BidRequest request,
      Imp imp,
      ImpDeal deal,
      CatalogueSnapshot catalogue,
      long nowMillis,
      AdQuery query,
      DealOffer offer) {
    for (int i = 0; i < deal.allowedDomains.size(); i++) {
      long domain = deal.allowedDomains.get(i);
      offer.domains().add(request.bytes(), Span.offset(domain), Span.length(domain));
    }
    Reason refused = offer.terms().refusedAt(nowMillis);
    if (refused != Reason.NONE) {
      return refused;
    }
    if (deal.allowedSeats.size() > 0 && !holdsSeat(request, deal.allowedSeats)) {
      return Reason.DEAL_SEAT_NOT_ALLOWED;
    }
    return price(imp, deal, catalogue.rates(), query, offer);
  }

  /**
   * What the request says of a deal goes before what was agreed once: the floor that it names, else
   * the agreed one, else the imp's; the kind of auction that it names, else the agreed one.
   */
  private static Reason price(
      Imp imp, ImpDeal deal, ExchangeRates rates, AdQuery query, DealOffer offer) {
    DealTerms terms = offer.terms();
    boolean fixed =
        deal.auctionType == ImpDeal.TYPE_OF_REQUEST
            ? terms.isFixed()
            : deal.auctionType == ImpDeal.FIXED_PRICE;
    long floor;
    if (deal.floorCpmMicros > 0) {
      floor = rates.convert(deal.floorCpmMicros, deal.floorCurrency, query.currency());
    } else if (terms.floorCpmMicros() > 0) {
      floor = rates.convert(terms.floorCpmMicros(), terms.currency(), query.currency());
    } else {
      floor = impFloor(imp, rates, query);
      fixed = false;
    }
    if (floor == ExchangeRates.UNKNOWN) {
      return Reason.NO_EXCHANGE_RATE;
    }
    offer.floor(Math.max(AdQueryMapper.LEAST_PRICE, floor), fixed);
    return Reason.NONE;
  }

  private boolean holdsSeat(BidRequest request, SpanList seats) {
    for (int i = 0; i < seats.size(); i++) {
      if (Span.equals(request.bytes(), seats.get(i), seat)) {
        return true;
      }
    }
    return false;
  }
}
