package io.adplatform.rtb.auction;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.Draw;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.rtb.demand.PartnerAsked;
import io.adplatform.rtb.demand.PartnerRound;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.money.ExchangeRates;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.partner.PartnerAnswer;
import io.adplatform.wire.partner.PartnerBid;
import java.util.Arrays;

/**
 * The bids that partners made for a request, by number, and what becomes of each. Prices compete
 * after the partner's margin. One lane, which uses it for one request after the other.
 */
final class PartnerBids {
  /** Bids of all partners of a request that are looked at; those beyond are passed over. */
  static final int MAX = 512;

  /** Of a bid whose imp the request does not have. */
  private static final int NO_IMP = -1;

  private final PartnerAnswer[] answers = new PartnerAnswer[MAX];
  private final PartnerBid[] bids = new PartnerBid[MAX];
  private final PartnerAsked[] asked = new PartnerAsked[MAX];
  private final int[] imps = new int[MAX];

  /** Of the currency that the SSP is answered in, as bid. */
  private final long[] gross = new long[MAX];

  private final long[] net = new long[MAX];
  private final Reason[] reasons = new Reason[MAX];
  private int count;

  /** Takes what was answered; nothing where there is no round. */
  void begin(BidRequest request, PartnerRound round) {
    count = 0;
    if (round == null) {
      return;
    }
    for (int call = 0; call < round.count(); call++) {
      PartnerAnswer answer = round.answer(call);
      for (int i = 0; answer != null && i < answer.bidCount() && count < MAX; i++) {
        answers[count] = answer;
        bids[count] = answer.bid(i);
        asked[count] = round.asked(call);
        imps[count] = imp(request, answer, answer.bid(i));
        gross[count] = 0;
        net[count] = 0;
        // What must be won together cannot be sent to an SSP that may take a part of it.
        reasons[count] = isOfSeveral(answer, i) ? Reason.GROUP_BROKEN : Reason.BID_INVALID;
        count++;
      }
    }
  }

  /** Whether a bid is of a group ({@code seatbid.group}) with others in it. */
  private static boolean isOfSeveral(PartnerAnswer answer, int bid) {
    int group = answer.bid(bid).group;
    boolean several = false;
    for (int i = 0; i < answer.bidCount() && group != PartnerBid.NO_GROUP; i++) {
      several |= i != bid && answer.bid(i).group == group;
    }
    return several;
  }

  private static int imp(BidRequest request, PartnerAnswer answer, PartnerBid bid) {
    int from = Span.offset(bid.impId);
    int to = Span.end(bid.impId);
    for (int i = 0; i < request.impCount(); i++) {
      long id = request.imp(i).id;
      if (Arrays.equals(request.bytes(), Span.offset(id), Span.end(id), answer.bytes(), from, to)) {
        return i;
      }
    }
    return NO_IMP;
  }

  /**
   * Lets the bids on an imp compete with the line items that won so far.
   *
   * @param query of the imp, with its floor and the margin of the SSP
   */
  void enter(
      BidRequest request,
      int impIndex,
      AdQuery query,
      ExchangeRates rates,
      long seed,
      Candidates candidates,
      BudgetGate gate) {
    Imp imp = request.imp(impIndex);
    for (int i = 0; i < count; i++) {
      if (imps[i] != impIndex) {
        continue;
      }
      Reason reason = reasons[i];
      if (reason != Reason.GROUP_BROKEN) {
        reason = BidCheck.judge(request, imp, query, asked[i], answers[i], bids[i]);
      }
      if (reason == Reason.NONE) {
        reason = price(i, query, rates);
      }
      reasons[i] = reason;
      long partner = asked[i].partner().id();
      if (reason == Reason.NONE) {
        candidates.enter(i, partner, net[i], query.maxBids(), seed, gate);
      } else {
        candidates.refuse(i, partner, net[i], reason);
      }
    }
    settle(impIndex, candidates);
  }

  private Reason price(int bid, AdQuery query, ExchangeRates rates) {
    long converted =
        rates.convert(bids[bid].priceCpmMicros, answers[bid].currency, query.currency());
    if (converted == ExchangeRates.UNKNOWN) {
      return Reason.CURRENCY_NOT_SERVED;
    }
    gross[bid] = converted;
    net[bid] = Cpm.lessMargin(converted, asked[bid].partner().terms().marginBasisPoints());
    long sent = Cpm.lessMargin(net[bid], query.marginBasisPoints());
    return sent < Math.max(1, query.floorCpmMicros()) ? Reason.BELOW_FLOOR : Reason.NONE;
  }

  /** Says of those that could win which did. */
  private void settle(int impIndex, Candidates candidates) {
    for (int i = 0; i < count; i++) {
      if (imps[i] == impIndex && reasons[i] == Reason.NONE && !won(i, candidates)) {
        long last = candidates.priceCpmMicros(candidates.winner(candidates.winnerCount() - 1));
        reasons[i] = last == net[i] ? Reason.LOST_TIE : Reason.OUTBID;
      }
    }
  }

  private static boolean won(int bid, Candidates candidates) {
    for (int place = 0; place < candidates.winnerCount(); place++) {
      int winner = candidates.winner(place);
      if (candidates.isPartner(winner) && candidates.partnerBid(winner) == bid) {
        return true;
      }
    }
    return false;
  }

  /** None of the bids that won an imp is sent after all. */
  void withdraw(int impIndex, Reason reason) {
    for (int i = 0; i < count; i++) {
      if (imps[i] == impIndex && reasons[i] == Reason.NONE) {
        reasons[i] = reason;
      }
    }
  }

  /** One bid that won is not sent after all. */
  void withdrawOne(int bid, Reason reason) {
    reasons[bid] = reason;
  }

  /** How many bids there are. */
  int count() {
    return count;
  }

  /** Its imp's index in the request, or a negative number. */
  int imp(int bid) {
    return imps[bid];
  }

  PartnerAnswer answer(int bid) {
    return answers[bid];
  }

  PartnerBid bid(int bid) {
    return bids[bid];
  }

  DemandPartner partner(int bid) {
    return asked[bid].partner();
  }

  /** As it was bid, in the currency that the SSP is answered in. */
  long grossCpmMicros(int bid) {
    return gross[bid];
  }

  /** NONE where it is sent to the SSP. */
  Reason reason(int bid) {
    return reasons[bid];
  }

  /**
   * What a bid had to be at least with the others as they were (OpenRTB 2.6, 4.4.1), in the
   * partner's currency and before its margin; {@link ExchangeRates#UNKNOWN} where it cannot be said
   * in it.
   */
  long minToWin(int bid, AdQuery query, ExchangeRates rates, Candidates candidates) {
    long floor = Cpm.beforeMargin(Math.max(1, query.floorCpmMicros()), query.marginBasisPoints());
    long least = floor;
    boolean full = candidates.winnerCount() >= Math.min(query.maxBids(), Candidates.MAX);
    if (won(bid, candidates)) {
      for (int i = 0; full && i < candidates.count(); i++) {
        Reason reason = candidates.reason(i);
        if (reason == Reason.OUTBID || reason == Reason.LOST_TIE) {
          least = Math.max(least, candidates.priceCpmMicros(i));
        }
      }
    } else if (full) {
      int last = candidates.winner(candidates.winnerCount() - 1);
      least = Math.max(least, candidates.priceCpmMicros(last));
    }
    long before = Cpm.beforeMargin(least, partner(bid).terms().marginBasisPoints());
    return rates.convert(before, query.currency(), answers[bid].currency);
  }

  /** The seed of an auction's draw. */
  static long seed(long auctionHi, long auctionLo) {
    return Draw.seed(auctionHi, auctionLo);
  }
}
