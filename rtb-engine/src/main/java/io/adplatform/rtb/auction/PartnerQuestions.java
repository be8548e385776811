package io.adplatform.rtb.auction;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.DemandPartnerIndex;
import io.adplatform.decision.query.AdQueryMapper;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.IndexMatch;
import io.adplatform.rtb.demand.Demand;
import io.adplatform.rtb.demand.PartnerOutcome;
import io.adplatform.rtb.demand.PartnerRound;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.money.Decimal;
import io.adplatform.wire.money.ExchangeRates;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.partner.PartnerForm;
import io.adplatform.wire.partner.PartnerQuestion;

/**
 * Finds the demand partners that are worth asking about a request, and what each is asked. One
 * lane; allocates nothing once its array has grown.
 */
final class PartnerQuestions {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Demand demand;
  private final IndexMatch match = new IndexMatch();
  private final PartnerQuestion question = new PartnerQuestion();
  private CatalogueSnapshot snapshot;
  private DemandPartnerIndex index;
  private int[] imps = new int[0];

  /** By the position of an imp that partners are asked about. */
  private final long[] floors = new long[BidRequest.MAX_IMPS];

  private boolean any;

  PartnerQuestions(Demand demand) {
    this.demand = demand;
  }

  /** Starts on a request; false where there is no partner at all. */
  boolean begin(CatalogueSnapshot catalogue) {
    snapshot = catalogue;
    index = snapshot.demandPartners();
    any = false;
    if (index.count() == 0 || demand == Demand.NONE) {
      return false;
    }
    if (imps.length < index.count()) {
      imps = new int[2 * index.count()];
    }
    for (int ordinal = 0; ordinal < index.count(); ordinal++) {
      imps[ordinal] = 0;
    }
    return true;
  }

  /**
   * Looks which imps are for which partners.
   *
   * @param mapper that has begun on the request, with the query
   * @return whether some partner is to be asked about some imp
   */
  boolean collect(BidRequest request, AdQueryMapper mapper, AdQuery query) {
    for (int i = 0; i < request.impCount(); i++) {
      Imp imp = request.imp(i);
      if (imp.position < BidRequest.MAX_IMPS
          && mapper.imp(request, imp, query) == Reason.NONE
          && mapper.open(request, imp, query) == Reason.NONE) {
        floors[imp.position] = floor(query);
        collect(query, imp);
      }
    }
    return any;
  }

  /** The open auction's floor in the query's currency: the imp's and our rule's; 0 is none. */
  private static long floor(AdQuery query) {
    long floor = query.floorCpmMicros();
    return floor > AdQueryMapper.LEAST_PRICE ? floor : 0;
  }

  /** Adds an imp to what those partners are asked that its query is for. */
  private void collect(AdQuery query, Imp imp) {
    int offered = imp.banner ? 1 << Format.BANNER.code() : 0;
    match.begin(index.targeting(), query);
    while (match.nextBlock()) {
      for (int i = 0; i < match.wordCount(); i++) {
        for (long bits = match.word(i); bits != 0; bits &= bits - 1) {
          int ordinal = match.base() + (i << 6) + Long.numberOfTrailingZeros(bits);
          if ((index.formats(ordinal) & offered) != 0) {
            imps[ordinal] |= 1 << imp.position;
            any = true;
          }
        }
      }
    }
  }

  /**
   * Asks.
   *
   * @param currency of the answer to the SSP
   * @param leftMillis what is left of the SSP's time
   * @param mayWait whether there is room for another request that waits
   * @return whether answers are to be waited for
   */
  boolean ask(
      BidRequest request,
      SupplyPartner supply,
      int currency,
      int leftMillis,
      PartnerRound round,
      boolean mayWait) {
    demand.begin(request, round);
    for (int ordinal = 0; ordinal < index.count(); ordinal++) {
      if (imps[ordinal] == 0) {
        continue;
      }
      PartnerOutcome refused =
          mayWait
              ? describe(request, supply, snapshot.rates(), ordinal, currency)
              : PartnerOutcome.NO_ROOM;
      if (refused != null) {
        demand.count(index.partner(ordinal).id(), refused);
        continue;
      }
      question.tmaxMillis = leftMillis;
      demand.ask(index, ordinal, request, question, round);
    }
    if (demand.end(round)) {
      return true;
    }
    demand.release(round);
    return false;
  }

  /** Whether a reason keeps out line items held here, and nobody else. */
  static boolean barsOwnAlone(Reason reason) {
    return reason == Reason.SEAT_NOT_ALLOWED || reason == Reason.TAXONOMY_NOT_SERVED;
  }

  /**
   * Milliseconds that are left of the SSP's time.
   *
   * @param receivedNanos when the request had come, on the clock of {@link System#nanoTime}
   */
  static int left(int tmaxMillis, long receivedNanos) {
    long spent = (System.nanoTime() - receivedNanos) / NANOS_PER_MILLI + 1;
    return (int) Math.max(0, tmaxMillis - spent);
  }

  /** The auction that is asked about. */
  void auction(long hi, long lo) {
    question.auctionHi = hi;
    question.auctionLo = lo;
  }

  private PartnerOutcome describe(
      BidRequest request, SupplyPartner supply, ExchangeRates rates, int ordinal, int currency) {
    PartnerForm form = index.form(ordinal);
    question.seats = form.seats(request);
    if (question.seats == 0) {
      return PartnerOutcome.NO_SEAT;
    }
    question.currency = form.currency();
    if (rates.convert(Decimal.MAX_MICROS / 1_000_000, currency, form.currency())
        == ExchangeRates.UNKNOWN) {
      return PartnerOutcome.NO_RATE;
    }
    question.sellerId = supply.id();
    question.imps = imps[ordinal];
    question.secureImps = 0;
    DemandPartner.Terms terms = index.partner(ordinal).terms();
    question.otherFloors =
        supply.marginBasisPoints() + terms.marginBasisPoints() > 0 || currency != form.currency();
    for (int i = 0; i < request.impCount(); i++) {
      Imp imp = request.imp(i);
      if (imp.position >= BidRequest.MAX_IMPS || (question.imps & 1 << imp.position) == 0) {
        continue;
      }
      question.secureImps |= imp.secure == 1 ? 1 << imp.position : 0;
      long asked = floors[imp.position];
      question.otherFloors |= asked != imp.floorCpmMicros || imp.floorCurrency != currency;
      long floor = floor(asked, supply, terms, rates, currency, form.currency());
      if (floor == ExchangeRates.UNKNOWN) {
        question.imps &= ~(1 << imp.position);
      } else {
        question.floors[imp.position] = floor;
      }
    }
    return question.imps == 0 ? PartnerOutcome.NO_RATE : null;
  }

  /** The lowest bid of a partner of which the floor is left when both margins have been taken. */
  private static long floor(
      long cpmMicros,
      SupplyPartner supply,
      DemandPartner.Terms terms,
      ExchangeRates rates,
      int from,
      int to) {
    long net = Cpm.beforeMargin(cpmMicros, supply.marginBasisPoints());
    if (net > Decimal.MAX_MICROS) {
      return ExchangeRates.UNKNOWN;
    }
    long gross = Cpm.beforeMargin(net, terms.marginBasisPoints());
    long converted = rates.convert(gross, from, to);
    while (converted >= 0 && rates.convert(converted, to, from) < gross && from != to) {
      // Rounded down: back in the SSP's currency it would be below its floor.
      converted++;
    }
    return converted;
  }
}
