package io.adplatform.decision.choice;

import io.adplatform.decision.budget.Reservations;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.frequency.CapVerdicts;
import io.adplatform.decision.query.AdQueryMapper;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.openrtb.BidRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a recorded auction again, by the exchange's own code: the request on the catalogue of then,
 * with the draws of its id. What came from elsewhere, leases and the counters of frequency caps, is
 * answered from the record's candidates. One thread.
 *
 * <p>The record has all that were looked at, or the best of them where they were more than {@link
 * Candidates#MAX}: so one that it does not name bid nothing, for a reason that no later one depends
 * on, and is answered that its budget is used up.
 */
public final class Replay {
  private final AdQueryMapper mapper;
  private final AdQuery query = new AdQuery();
  private final Chooser chooser = new Chooser();
  private final Candidates candidates = new Candidates();
  private final DealOffers deals = new DealOffers();

  /**
   * @param secureEndpoint whether beacons and notices were https
   * @param seat under which the exchange bid
   */
  public Replay(boolean secureEndpoint, String seat) {
    this.mapper = new AdQueryMapper(secureEndpoint, seat);
  }

  /**
   * A line item that was looked at.
   *
   * @param priceCpmMicros before the partner's margin
   * @param reason code of a {@link Reason}; 0 for a winner
   */
  public record Candidate(long lineItemId, long priceCpmMicros, int reason) {}

  /**
   * How an auction ended.
   *
   * @param reason code of why there was no bid; 0 with one
   * @param bidCpmMicros as sent; 0 without a bid
   * @param creativeId 0 without a bid
   * @param candidates as the record has them, best first, winners in the order of their places
   */
  public record Outcome(
      int reason, long bidCpmMicros, long creativeId, List<Candidate> candidates) {}

  /**
   * A recorded auction.
   *
   * @param timeMillis since 1970
   * @param imp its position in the request, from 0
   */
  public record Recorded(
      long auctionHi, long auctionLo, long timeMillis, int imp, Outcome outcome) {}

  /**
   * Runs an auction again.
   *
   * @param catalogue as it was
   * @param partner of that catalogue, who sent the request
   * @param request as recorded, read
   * @return null where the request has no such imp
   */
  public Outcome run(
      CatalogueSnapshot catalogue, SupplyPartner partner, BidRequest request, Recorded auction) {
    if (auction.imp() >= request.impCount()) {
      return null;
    }
    Reason reason = mapper.begin(request, partner, catalogue, auction.timeMillis(), query);
    if (partner.status() != Status.ACTIVE) {
      reason = Reason.PARTNER_PAUSED;
    } else if (AdQueryMapper.tmaxMillis(request, partner) < AdQueryMapper.MIN_TMAX_MILLIS) {
      reason = Reason.TMAX_TOO_SMALL;
    }
    candidates.clear();
    if (reason == Reason.NONE) {
      reason = decide(catalogue, request, auction);
    }
    return outcome(catalogue, reason);
  }

  /**
   * Whether all that an auction was decided by is known: what demand partners answered is not, and
   * bids on deals have records of their own, by which they are not run again yet.
   */
  public boolean covers(
      CatalogueSnapshot catalogue, SupplyPartner partner, BidRequest request, Recorded auction) {
    mapper.begin(request, partner, catalogue, auction.timeMillis(), query);
    for (int i = 0; i <= auction.imp() && i < request.impCount(); i++) {
      if (mapper.imp(request, request.imp(i), query) == Reason.NONE) {
        mapper.open(request, request.imp(i), query);
        mapper.deals(request, request.imp(i), query, deals);
      } else {
        deals.clear();
      }
    }
    boolean partners = false;
    for (int i = 0; i < catalogue.demandPartners().count(); i++) {
      long id = catalogue.demandPartners().partner(i).id();
      partners |= auction.outcome().candidates().stream().anyMatch(c -> c.lineItemId() == id);
    }
    return deals.count() == 0 && !partners;
  }

  private Reason decide(CatalogueSnapshot catalogue, BidRequest request, Recorded auction) {
    Reason reason = Reason.NONE;
    for (int i = 0; i <= auction.imp(); i++) {
      reason = mapper.imp(request, request.imp(i), query);
    }
    if (reason == Reason.NONE) {
      reason = mapper.open(request, request.imp(auction.imp()), query);
    }
    if (reason != Reason.NONE) {
      return reason;
    }
    Answers answers = new Answers(auction.outcome().candidates());
    chooser.counters(answers, auction.imp());
    chooser.choose(
        catalogue,
        query,
        answers,
        auction.timeMillis(),
        auction.auctionHi(),
        auction.auctionLo(),
        candidates);
    if (answers.foundNoRoom()) {
      candidates.withdraw(Reason.RESPONSE_FULL);
      return Reason.RESPONSE_FULL;
    }
    return candidates.reason();
  }

  private Outcome outcome(CatalogueSnapshot catalogue, Reason reason) {
    List<Candidate> all = new ArrayList<>();
    int place = 0;
    for (int i = 0; i < candidates.count(); i++) {
      boolean won = candidates.reason(i) == Reason.NONE;
      int candidate = won ? candidates.winner(place++) : i;
      all.add(
          new Candidate(
              candidates.lineItemId(candidate),
              candidates.priceCpmMicros(candidate),
              candidates.reason(candidate).code()));
    }
    if (reason != Reason.NONE) {
      return new Outcome(reason.code(), 0, 0, all);
    }
    int winner = candidates.winner(0);
    return new Outcome(
        reason.code(),
        Cpm.lessMargin(candidates.priceCpmMicros(winner), query.marginBasisPoints()),
        catalogue.creatives().id(candidates.creativeOrdinal(winner)),
        all);
  }

  /** What leases and counters answered, as far as the record tells. */
  private static final class Answers implements Reservations, CapVerdicts {
    private static final long SOME_LEASE = 1;

    private final Map<Long, Reason> reasons = new HashMap<>();

    Answers(List<Candidate> recorded) {
      for (Candidate candidate : recorded) {
        reasons.put(candidate.lineItemId(), Reason.of(candidate.reason()));
      }
    }

    /** Whether the winners had their leases, but no room in the response. */
    boolean foundNoRoom() {
      return reasons.containsValue(Reason.RESPONSE_FULL);
    }

    @Override
    public Reason verdict(int imp, long lineItemId) {
      Reason recorded = reasons.get(lineItemId);
      return recorded == Reason.FREQUENCY_CAPPED || recorded == Reason.FREQUENCY_UNKNOWN
          ? recorded
          : Reason.NONE;
    }

    @Override
    public long tryReserve(
        long lineItemId, long chargeMicros, int chargesPerMillion, int ttlSeconds, long nowMillis) {
      Reason recorded = reasons.get(lineItemId);
      if (recorded == Reason.NONE || recorded == Reason.RESPONSE_FULL) {
        return SOME_LEASE;
      }
      return recorded == Reason.NO_LEASE ? -recorded.code() : -Reason.BUDGET_EXHAUSTED.code();
    }

    @Override
    public long grantedLeaseAmountMicros() {
      return 0;
    }

    @Override
    public long grantedReserveMicros() {
      return 0;
    }

    @Override
    public long grantedExpirySecond() {
      return 0;
    }
  }
}
