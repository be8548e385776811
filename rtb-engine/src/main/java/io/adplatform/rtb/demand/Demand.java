package io.adplatform.rtb.demand;

import io.adplatform.decision.catalogue.DemandPartnerIndex;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.partner.PartnerQuestion;

/** The demand partners, as one lane's auctions see them. */
public interface Demand {
  /** Asks nobody. */
  Demand NONE =
      new Demand() {
        @Override
        public void begin(BidRequest request, PartnerRound round) {}

        @Override
        public void ask(
            DemandPartnerIndex index,
            int ordinal,
            BidRequest request,
            PartnerQuestion question,
            PartnerRound round) {}

        @Override
        public boolean end(PartnerRound round) {
          return false;
        }

        @Override
        public void release(PartnerRound round) {}

        @Override
        public void count(long partnerId, PartnerOutcome outcome) {}
      };

  /** Starts to ask about a request. */
  void begin(BidRequest request, PartnerRound round);

  /**
   * Asks one partner, unless it is not to be asked now, which is counted.
   *
   * @param question with the time that the SSP leaves as {@code tmaxMillis}; the partner's is made
   *     of it
   */
  void ask(
      DemandPartnerIndex index,
      int ordinal,
      BidRequest request,
      PartnerQuestion question,
      PartnerRound round);

  /**
   * Ends the asking; the round's listener is told of the answers, never within this call.
   *
   * @return false where there is nothing to wait for
   */
  boolean end(PartnerRound round);

  /** Takes back a round that is not needed any more; what was answered in it goes. */
  void release(PartnerRound round);

  /** Counts a partner that was worth asking and was not. */
  void count(long partnerId, PartnerOutcome outcome);
}
