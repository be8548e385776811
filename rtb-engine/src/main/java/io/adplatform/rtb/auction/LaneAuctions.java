package io.adplatform.rtb.auction;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.decision.choice.DealOffer;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.query.AdQueryMapper;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.rtb.auction.AuctionCounters.Recorded;
import io.adplatform.rtb.demand.Demand;
import io.adplatform.rtb.demand.PartnerRound;
import io.adplatform.rtb.event.AuctionDetailPublisher;
import io.adplatform.rtb.event.AuctionRecordPublisher;
import io.adplatform.rtb.event.AuctionSummary;
import io.adplatform.rtb.openrtb.Auctioneer;
import io.adplatform.rtb.rate.LaneRates;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.event.RequestIdHash;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.CreativeTemplate;
import io.adplatform.wire.openrtb.Imp;
import org.agrona.concurrent.Agent;

/**
 * The auctions of one lane: first price among the line items held here, as many bids per imp as
 * agreed, sent less the partner's margin (OpenRTB checklist, points 18 to 20). A bid is made only
 * when its record has been taken by the journal. Allocates nothing per request.
 *
 * <p>Every bid has an id of its own, as settlement tells repeats by it: the best on imp i takes the
 * request's first id plus i, further ones the ids behind those of all imps.
 */
public final class LaneAuctions implements Auctioneer, Agent {
  /** See there. */
  static final int MIN_TMAX_MILLIS = AdQueryMapper.MIN_TMAX_MILLIS;

  /**
   * A token outlives its bid by this: a beacon fired at the bid's last moment still has its way to
   * come.
   */
  static final int BEACON_SECONDS = 15;

  private final LaneParts parts;
  private final CatalogueFeed feed;
  private final BudgetGate gate;
  private final LaneJournal journal;
  private final AuctionCounters counters;
  private final LaneRates rates;
  private final RequestIdHash requestIdHash;
  private final BidRecords records;
  private final AuctionDetailPublisher details;
  private final BidSigner signer;
  private final CapQuestions questions;
  private final Demand demand;
  private final PartnerQuestions partnerQuestions;
  private final PartnerContest contest;
  private final Chooser chooser = new Chooser();
  private final ImpBids bids = new ImpBids();
  private final AdQuery query = new AdQuery();
  private final AdQueryMapper mapper;
  private final AuctionSummary summary = new AuctionSummary();
  private final long auctionHi;
  private long nextAuctionLo = 1;
  // Ids that a request's imps have for bids beside the first, each.
  private int additionalIds;
  // How long a bid on the present imp may hold.
  private int bidSeconds;
  // The same with a video.
  private int videoSeconds;
  private CatalogueSnapshot snapshot;
  // Whether nobody may bid on the present imp without a deal.
  private boolean closed;
  // The present request's counters of frequency caps; null where they were not asked for.
  private CapLookup lookup;

  /** Auctions without demand partners. Belongs to a lane from now on. */
  public LaneAuctions(LaneParts parts) {
    this(parts, Demand.NONE, "");
  }

  /**
   * Belongs to a lane from now on.
   *
   * @param demand partners of this lane
   * @param publicUrl what beacons and notices of their bids start with
   */
  public LaneAuctions(LaneParts parts, Demand demand, String publicUrl) {
    this.parts = parts;
    this.demand = demand;
    this.partnerQuestions = new PartnerQuestions(demand);
    this.feed = parts.feed();
    this.gate = parts.gate();
    this.journal = parts.journal();
    this.counters = new AuctionCounters(parts.metrics());
    this.rates = new LaneRates(parts.rates());
    this.requestIdHash = new RequestIdHash(parts.keys());
    this.details = new AuctionDetailPublisher(journal);
    this.signer = new BidSigner(parts.keys());
    this.contest = new PartnerContest(publicUrl, journal, signer);
    this.records = new BidRecords(new AuctionRecordPublisher(journal), counters, summary, contest);
    this.questions = new CapQuestions(parts, counters);
    this.mapper = new AdQueryMapper(parts.secure(), parts.seat());
    this.auctionHi = AuctionId.hi(parts.nodeId(), parts.bootSeconds(), parts.lane().index());
  }

  @Override
  public int doWork() {
    CatalogueSnapshot latest = feed.latest();
    int work = 0;
    if (latest != snapshot) {
      snapshot = latest;
      gate.serving(latest.lineItems()::contains);
      work++;
    }
    return work + gate.poll(parts.lane().nowMillis());
  }

  @Override
  public String roleName() {
    return "auctions";
  }

  @Override
  public SupplyPartner partner(CharSequence key) {
    return snapshot == null ? null : snapshot.partners().find(key);
  }

  @Override
  public boolean isReady() {
    return snapshot != null;
  }

  @Override
  public Reason admit(SupplyPartner partner) {
    Reason reason = Reason.NONE;
    if (partner == null) {
      reason = Reason.NO_CATALOGUE;
    } else if (!rates.admits(partner.id(), partner.queriesPerSecond(), parts.lane().nowNanos())) {
      reason = Reason.RATE_LIMITED;
    }
    if (reason != Reason.NONE) {
      counters.outcomes.increment(reason);
    }
    return reason;
  }

  @Override
  public boolean ask(BidRequest request, SupplyPartner partner, CapLookup toAsk, boolean mayWait) {
    if (snapshot.caps().isEmpty() || partner.status() != Status.ACTIVE) {
      return false;
    }
    long now = parts.lane().nowMillis();
    toAsk.begin(now, auctionHi, nextAuctionLo, !request.test);
    Reason reason = mapper.begin(request, partner, snapshot, now, query);
    for (int i = 0; i < request.impCount() && reason == Reason.NONE; i++) {
      Imp imp = request.imp(i);
      if (mapper.imp(request, imp, query) == Reason.NONE) {
        Reason open = mapper.open(request, imp, query);
        mapper.deals(request, imp, query, bids.offers);
        questions.collect(snapshot, query, open, bids.offers, now, i, auctionHi, toAsk);
      }
    }
    if (toAsk.count() == 0
        || !journal.takesAuctions()
        || !questions.ask(request, partner, toAsk, tmax(request, partner), mayWait)) {
      return false;
    }
    nextAuctionLo += ids(request, partner);
    return true;
  }

  @Override
  public void counted(CapLookup asked, long askedNanos) {
    questions.resumed(asked, System.nanoTime() - askedNanos);
  }

  @Override
  public boolean askPartners(
      BidRequest request,
      SupplyPartner partner,
      long receivedNanos,
      CapLookup asked,
      PartnerRound round,
      boolean mayWait) {
    if (partner.status() != Status.ACTIVE
        || !journal.takesAuctions()
        || !partnerQuestions.begin(snapshot)) {
      return false;
    }
    Reason reason = mapper.begin(request, partner, snapshot, parts.lane().nowMillis(), query);
    round.firstLo = asked == null ? nextAuctionLo : asked.firstLo();
    partnerQuestions.auction(auctionHi, round.firstLo);
    if (reason != Reason.NONE && !PartnerQuestions.barsOwnAlone(reason)
        || !partnerQuestions.collect(request, mapper, query)
        || !partnerQuestions.ask(
            request,
            partner,
            mapper.currency(),
            PartnerQuestions.left(tmax(request, partner), receivedNanos),
            round,
            mayWait)) {
      return false;
    }
    nextAuctionLo += asked == null ? ids(request, partner) : 0;
    return true;
  }

  @Override
  public Reason resume(
      BidRequest request,
      SupplyPartner partner,
      long receivedNanos,
      long parseNanos,
      CapLookup asked,
      PartnerRound round,
      BidResponseWriter response) {
    long firstLo = asked == null ? round.firstLo : asked.firstLo();
    lookup = asked;
    contest.begin(request, round, snapshot.rates());
    try {
      return run(request, partner, receivedNanos, parseNanos, firstLo, response);
    } finally {
      release(asked, round);
    }
  }

  private void release(CapLookup asked, PartnerRound round) {
    lookup = null;
    if (asked != null) {
      questions.settle(asked);
    }
    if (round != null) {
      demand.release(round);
    }
  }

  @Override
  public void abandon(CapLookup asked, PartnerRound round) {
    if (asked != null) {
      questions.abandon(asked);
    }
    if (round != null) {
      demand.release(round);
    }
  }

  @Override
  public Reason run(
      BidRequest request,
      SupplyPartner partner,
      long receivedNanos,
      long parseNanos,
      BidResponseWriter response) {
    long firstLo = nextAuctionLo;
    nextAuctionLo += ids(request, partner);
    contest.begin(request, null, snapshot.rates());
    return run(request, partner, receivedNanos, parseNanos, firstLo, response);
  }

  /** How many auction ids a request takes: one for every bid that there may be. */
  private static long ids(BidRequest request, SupplyPartner partner) {
    return (long) request.impCount() * ImpBids.idsPerImp(request, partner);
  }

  private Reason run(
      BidRequest request,
      SupplyPartner partner,
      long receivedNanos,
      long parseNanos,
      long firstLo,
      BidResponseWriter response) {
    EnumCounters<Reason> outcomes = request.test ? counters.testOutcomes : counters.outcomes;
    if (!journal.takesAuctions()) {
      outcomes.increment(Reason.JOURNAL_FULL);
      return Reason.JOURNAL_FULL;
    }
    Reason requestReason = begin(request, partner, parseNanos, firstLo);
    Reason answer = Reason.NO_MATCH;
    boolean begun = false;
    for (int i = 0; i < request.impCount(); i++) {
      Imp imp = request.imp(i);
      Reason reason = decide(request, imp, i, requestReason);
      if (reason == Reason.NONE && begun && !hasRoom(request, imp, 0, response)) {
        bids.cancel(0, gate, contest);
        bids.withdraw(Reason.RESPONSE_FULL);
        contest.bids().withdraw(i, Reason.RESPONSE_FULL);
        reason = Reason.RESPONSE_FULL;
      }
      summary.decideNanos = System.nanoTime() - receivedNanos - parseNanos;
      summary.totalNanos = summary.decideNanos + parseNanos;
      if (reason == Reason.NONE) {
        if (!begun) {
          response.begin(request, auctionHi, summary.firstLo, mapper.currency());
        }
        reason = bid(request, imp, partner, response);
      } else {
        records.noBid(imp, bids, reason, closed);
      }
      if (contest.isAny()) {
        contest.tellLosers(request, summary, query, bids.open);
      }
      begun |= reason == Reason.NONE;
      answer = begun ? Reason.NONE : reason;
      outcomes.increment(reason);
    }
    if (begun) {
      response.end();
    }
    counters.decide.record(summary.decideNanos);
    if (summary.detailed) {
      boolean taken = details.offer(summary, request, begun ? response : null) > 0;
      counters.records.increment(taken ? Recorded.DETAIL : Recorded.DETAIL_NOT_TAKEN);
    }
    return answer;
  }

  /** Starts on a request; why nothing of it can be bid on, or NONE. */
  private Reason begin(BidRequest request, SupplyPartner partner, long parseNanos, long firstLo) {
    long now = parts.lane().nowMillis();
    Reason reason = mapper.begin(request, partner, snapshot, now, query);
    additionalIds = ImpBids.idsPerImp(request, partner) - 1;
    summary.auctionHi = auctionHi;
    summary.firstLo = firstLo;
    summary.auctionLo = firstLo;
    summary.timeMillis = now;
    summary.parseNanos = parseNanos;
    summary.catalogueVersion = snapshot.version();
    summary.request(request, partner, query, requestIdHash);
    if (partner.status() != Status.ACTIVE) {
      return Reason.PARTNER_PAUSED;
    }
    return tmax(request, partner) < MIN_TMAX_MILLIS ? Reason.TMAX_TOO_SMALL : reason;
  }

  private static int tmax(BidRequest request, SupplyPartner partner) {
    return AdQueryMapper.tmaxMillis(request, partner);
  }

  /** Why an imp gets no bid, or NONE with the winners in the candidates. */
  private Reason decide(BidRequest request, Imp imp, int index, Reason requestReason) {
    beginImp(imp, index);
    boolean partnersOnly = contest.isAny() && PartnerQuestions.barsOwnAlone(requestReason);
    Reason reason =
        requestReason == Reason.NONE || partnersOnly
            ? mapper.imp(request, imp, query)
            : requestReason;
    if (reason != Reason.NONE) {
      return reason;
    }
    Reason open = mapper.open(request, imp, query);
    if (!partnersOnly) {
      mapper.deals(request, imp, query, bids.offers);
    }
    if (open != Reason.NONE && bids.offers.count() == 0) {
      return open;
    }
    closed = open != Reason.NONE;
    if (!closed && query.floorCpmMicros() > AdQueryMapper.LEAST_PRICE) {
      records.floor(query.floorCpmMicros());
    }
    bidSeconds = bounded(query.ttlSeconds(), imp);
    query.ttlSeconds(bidSeconds + BEACON_SECONDS);
    videoSeconds = bounded(query.ttlSeconds(Format.VIDEO), imp);
    query.formats().videoTtlSeconds(videoSeconds + BEACON_SECONDS);
    chooser.counters(lookup, index);
    choose(request, open, partnersOnly);
    if (!request.test) {
      counters.losses(bids);
    }
    if (bids.count() > 0) {
      return Reason.NONE;
    }
    if (partnersOnly && bids.open.count() == 0) {
      return requestReason;
    }
    return open == Reason.NONE ? bids.open.reason() : bids.offers.firstReason();
  }

  /** Decides on the deals, then without one where that is allowed, with partners' bids. */
  private void choose(BidRequest request, Reason open, boolean partnersOnly) {
    long now = summary.timeMillis;
    long lo = summary.auctionLo;
    if (bids.offers.count() > 0) {
      chooser.chooseOnDeals(snapshot, query, bids.offers, gate, now, auctionHi, lo);
    }
    if (open == Reason.NONE && !partnersOnly) {
      chooser.choose(snapshot, query, bids.offers, gate, now, auctionHi, lo, bids.open);
    }
    if (open == Reason.NONE && contest.isAny()) {
      contest.enter(request, summary, query, bids.open, gate);
    }
    bids.plan();
  }

  private static int bounded(int seconds, Imp imp) {
    return imp.expirySeconds > 0 ? Math.min(seconds, imp.expirySeconds) : seconds;
  }

  private void beginImp(Imp imp, int index) {
    records.begin(imp, index, additionalIds);
    summary.currency = mapper.currency();
    closed = false;
    bids.clear();
  }

  /** Bids for all winners as long as their records are taken; NONE where the best one's was. */
  private Reason bid(
      BidRequest request, Imp imp, SupplyPartner partner, BidResponseWriter response) {
    int place = 0;
    for (; place < bids.count(); place++) {
      if (place > 0 && !hasRoom(request, imp, place, response)) {
        bids.cancel(place, gate, contest);
        break;
      }
      Reason reason = records.bid(bids, place, snapshot.creatives(), query.marginBasisPoints());
      if (place > 0 && !request.test) {
        counters.additionalBids.increment(reason);
      }
      if (reason != Reason.NONE) {
        bids.cancel(place, gate, contest);
        return place == 0 ? reason : Reason.NONE;
      }
      write(request, imp, partner, place, response);
    }
    records.dealsWithoutBid(imp, bids, 0, place);
    return Reason.NONE;
  }

  private void write(
      BidRequest request, Imp imp, SupplyPartner partner, int place, BidResponseWriter response) {
    Candidates candidates = bids.candidates(place);
    int winner = bids.winner(place);
    int seconds = expirySeconds(candidates, winner);
    if (candidates.isPartner(winner)) {
      contest.bid(request, imp, partner, summary, query, candidates, winner, seconds, response);
      return;
    }
    response.deal(dealId(imp, place));
    signer.bid(
        request,
        imp,
        partner,
        summary,
        candidates,
        bids.winnerPlace(place),
        snapshot,
        seconds,
        response);
    if (lookup != null) {
      lookup.won(
          summary.impIndex,
          candidates.lineItemId(winner),
          summary.auctionLo,
          candidates.expirySecond(winner));
    }
  }

  /** The id of the deal that the bid in a place is on, as the imp spells it, or NONE. */
  private long dealId(Imp imp, int place) {
    DealOffer offer = bids.offer(place);
    return offer == null ? Span.NONE : imp.deal(offer.impDeal()).rawId;
  }

  private boolean hasRoom(BidRequest request, Imp imp, int place, BidResponseWriter response) {
    Candidates candidates = bids.candidates(place);
    int winner = bids.winner(place);
    if (candidates.isPartner(winner)) {
      return contest.hasRoom(request, imp, query, candidates, winner, response);
    }
    int creative = candidates.creativeOrdinal(winner);
    response.deal(dealId(imp, place));
    return response.hasRoom(imp, (CreativeTemplate) snapshot.creatives().attachment(creative));
  }

  /** How long a bid holds: its lease may end its token sooner than the format would. */
  private int expirySeconds(Candidates candidates, int winner) {
    if (candidates.isPartner(winner)) {
      int held = contest.bids().bid(candidates.partnerBid(winner)).expirySeconds;
      return held < 0 ? bidSeconds : Math.min(bidSeconds, held);
    }
    long left = candidates.expirySecond(winner) - summary.timeMillis / 1_000 - BEACON_SECONDS;
    boolean video = summary.format == Format.VIDEO.code();
    return (int) Math.max(1, Math.min(video ? videoSeconds : bidSeconds, left));
  }
}
