package io.adplatform.rtb.auction;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.query.AdQueryMapper;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.rtb.auction.AuctionCounters.Recorded;
import io.adplatform.rtb.event.AuctionDetailPublisher;
import io.adplatform.rtb.event.AuctionRecordPublisher;
import io.adplatform.rtb.event.AuctionSummary;
import io.adplatform.rtb.openrtb.Auctioneer;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.event.RequestIdHash;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.CreativeTemplate;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.openrtb.Inventory;
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
  /** Less than this, network included, and no answer of anybody arrives in time. */
  static final int MIN_TMAX_MILLIS = 5;

  /**
   * A token outlives its bid by this: a beacon fired at the bid's last moment still has its way to
   * come.
   */
  static final int BEACON_SECONDS = 15;

  /** A bid is positive, whatever the floor. */
  private static final long LEAST_PRICE = 1;

  /** One request in so many is drawn for a full record where a partner's share is below 1. */
  private static final long SHARE_STEPS = 1L << 20;

  private final LaneParts parts;
  private final CatalogueFeed feed;
  private final BudgetGate gate;
  private final LaneJournal journal;
  private final AuctionCounters counters;
  private final PartnerRates rates;
  private final RequestIdHash requestIdHash;
  private final AuctionRecordPublisher records;
  private final AuctionDetailPublisher details;
  private final BidSigner signer;
  private final CapQuestions questions;
  private final Chooser chooser = new Chooser();
  private final Candidates candidates = new Candidates();
  private final AdQuery query = new AdQuery();
  private final AdQueryMapper mapper;
  private final AuctionSummary summary = new AuctionSummary();
  private final long auctionHi;
  private long nextAuctionLo = 1;
  // Ids that a request's imps have for bids beside the first, each.
  private int additionalIds;
  // How long a bid on the present imp may hold.
  private int bidSeconds;
  private CatalogueSnapshot snapshot;
  // The present request's counters of frequency caps; null where they were not asked for.
  private CapLookup lookup;

  /** Belongs to a lane from now on. */
  public LaneAuctions(LaneParts parts) {
    this.parts = parts;
    this.feed = parts.feed();
    this.gate = parts.gate();
    this.journal = parts.journal();
    this.counters = new AuctionCounters(parts.metrics());
    this.rates = new PartnerRates(parts.rates());
    this.requestIdHash = new RequestIdHash(parts.keys());
    this.records = new AuctionRecordPublisher(journal);
    this.details = new AuctionDetailPublisher(journal);
    this.signer = new BidSigner(parts.keys());
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
    } else if (!rates.admits(partner, parts.lane().nowNanos())) {
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
        query.floorCpmMicros(Math.max(LEAST_PRICE, imp.floorCpmMicros));
        questions.collect(snapshot, query, now, i, auctionHi, toAsk);
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
  public Reason resume(
      BidRequest request,
      SupplyPartner partner,
      long receivedNanos,
      long parseNanos,
      CapLookup asked,
      long askedNanos,
      BidResponseWriter response) {
    questions.resumed(asked, System.nanoTime() - askedNanos);
    lookup = asked;
    try {
      return run(request, partner, receivedNanos, parseNanos, asked.firstLo(), response);
    } finally {
      lookup = null;
      questions.settle(asked);
    }
  }

  @Override
  public void abandon(CapLookup asked) {
    questions.abandon(asked);
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
    return run(request, partner, receivedNanos, parseNanos, firstLo, response);
  }

  /** How many auction ids a request takes: one for every bid that there may be. */
  private static long ids(BidRequest request, SupplyPartner partner) {
    return (long) request.impCount() * Math.min(partner.maxBidsPerImp(), Candidates.MAX);
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
      if (reason == Reason.NONE && begun && !hasRoom(imp, 0, response)) {
        cancel(0);
        candidates.withdraw(Reason.RESPONSE_FULL);
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
        recordNoBid(reason);
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
    int maxBids = Math.min(partner.maxBidsPerImp(), Candidates.MAX);
    additionalIds = maxBids - 1;
    summary.auctionHi = auctionHi;
    summary.firstLo = firstLo;
    summary.auctionLo = firstLo;
    summary.timeMillis = now;
    summary.requestIdHash =
        requestIdHash.of(request.bytes(), Span.offset(request.id), Span.length(request.id));
    summary.catalogueVersion = snapshot.version();
    summary.supplyPartnerId = partner.id();
    summary.parseNanos = parseNanos;
    summary.impCount = request.impCount();
    summary.test = request.test;
    summary.detailed = isDetailed(partner);
    summary.app = request.inventory.kind == Inventory.Kind.APP;
    summary.deviceType = query.deviceType();
    summary.country = query.country();
    if (partner.status() != Status.ACTIVE) {
      return Reason.PARTNER_PAUSED;
    }
    return tmax(request, partner) < MIN_TMAX_MILLIS ? Reason.TMAX_TOO_SMALL : reason;
  }

  private static int tmax(BidRequest request, SupplyPartner partner) {
    return request.tmaxMillis > 0 ? request.tmaxMillis : partner.defaultTmaxMillis();
  }

  private boolean isDetailed(SupplyPartner partner) {
    long drawn = AuctionId.seed(auctionHi, summary.auctionLo) >>> 1 & SHARE_STEPS - 1;
    return partner.debug() || drawn < partner.recordShare() * SHARE_STEPS;
  }

  /** Why an imp gets no bid, or NONE with the winners in the candidates. */
  private Reason decide(BidRequest request, Imp imp, int index, Reason requestReason) {
    beginImp(imp, index);
    Reason reason = requestReason == Reason.NONE ? mapper.imp(request, imp, query) : requestReason;
    if (reason != Reason.NONE) {
      return reason;
    }
    query.floorCpmMicros(Math.max(LEAST_PRICE, imp.floorCpmMicros));
    bidSeconds = query.ttlSeconds();
    if (imp.expirySeconds > 0) {
      bidSeconds = Math.min(bidSeconds, imp.expirySeconds);
    }
    query.ttlSeconds(bidSeconds + BEACON_SECONDS);
    chooser.counters(lookup, index);
    chooser.choose(
        snapshot, query, gate, summary.timeMillis, auctionHi, summary.auctionLo, candidates);
    if (!request.test) {
      countLosses();
    }
    return candidates.reason();
  }

  private void countLosses() {
    for (int i = 0; i < candidates.count(); i++) {
      if (candidates.reason(i) != Reason.NONE) {
        counters.losses.increment(candidates.reason(i));
      }
    }
  }

  private void beginImp(Imp imp, int index) {
    summary.auctionLo = summary.firstLo + index;
    summary.impIndex = index;
    summary.floorCpmMicros = imp.floorCpmMicros;
    summary.currency = mapper.currency();
    summary.bidCpmMicros = 0;
    summary.creativeId = 0;
    summary.leaseId = 0;
    summary.dealId = 0;
    summary.partner = false;
    summary.format = imp.banner ? Format.BANNER.code() : 0;
    summary.width = Math.min(imp.width, 0xfffe);
    summary.height = Math.min(imp.height, 0xfffe);
    candidates.clear();
  }

  private void recordNoBid(Reason reason) {
    summary.reason = reason;
    count(records.offer(summary, candidates));
  }

  /** Bids for all winners as long as their records are taken; NONE where the best one's was. */
  private Reason bid(
      BidRequest request, Imp imp, SupplyPartner partner, BidResponseWriter response) {
    int firstAdditional = summary.impCount + summary.impIndex * additionalIds;
    for (int place = 0; place < candidates.winnerCount(); place++) {
      if (place > 0) {
        if (!hasRoom(imp, place, response)) {
          cancel(place);
          return Reason.NONE;
        }
        summary.auctionLo = summary.firstLo + firstAdditional + place - 1;
      }
      Reason reason = record(place);
      if (place > 0 && !request.test) {
        counters.additionalBids.increment(reason);
      }
      if (reason != Reason.NONE) {
        cancel(place);
        return place == 0 ? reason : Reason.NONE;
      }
      int seconds = expirySeconds(candidates.winner(place));
      signer.bid(request, imp, partner, summary, candidates, place, snapshot, seconds, response);
      if (lookup != null) {
        lookup.won(
            summary.impIndex,
            candidates.lineItemId(candidates.winner(place)),
            summary.auctionLo,
            candidates.expirySecond(candidates.winner(place)));
      }
    }
    return Reason.NONE;
  }

  private boolean hasRoom(Imp imp, int place, BidResponseWriter response) {
    int creative = candidates.creativeOrdinal(candidates.winner(place));
    return response.hasRoom(imp, (CreativeTemplate) snapshot.creatives().attachment(creative));
  }

  /** Leaves the record of the bid in a place; NONE where it was taken. */
  private Reason record(int place) {
    int winner = candidates.winner(place);
    int creative = candidates.creativeOrdinal(winner);
    summary.reason = Reason.NONE;
    summary.bidCpmMicros =
        Cpm.lessMargin(candidates.priceCpmMicros(winner), query.marginBasisPoints());
    summary.creativeId = snapshot.creatives().id(creative);
    summary.leaseId = candidates.leaseId(winner);
    summary.width = snapshot.creatives().width(creative);
    summary.height = snapshot.creatives().height(creative);
    long position =
        place == 0
            ? records.offer(summary, candidates)
            : records.offerAdditional(summary, candidates, winner);
    count(position);
    if (position > 0) {
      return Reason.NONE;
    }
    return position == LaneJournal.BACK_PRESSURED ? Reason.OVERLOADED : Reason.JOURNAL_FULL;
  }

  private void count(long position) {
    counters.records.increment(position > 0 ? Recorded.RECORD : Recorded.RECORD_NOT_TAKEN);
  }

  /** Gives back what the winners from a place on reserved. */
  private void cancel(int fromPlace) {
    for (int place = fromPlace; place < candidates.winnerCount(); place++) {
      Chooser.cancel(candidates, candidates.winner(place), gate);
    }
  }

  /** How long a bid holds: its lease may end its token sooner than the format would. */
  private int expirySeconds(int winner) {
    long left = candidates.expirySecond(winner) - summary.timeMillis / 1_000 - BEACON_SECONDS;
    return (int) Math.max(1, Math.min(bidSeconds, left));
  }
}
