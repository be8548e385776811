package io.adplatform.rtb.auction;

import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapStore;
import io.adplatform.runtime.journal.UnreadLaneJournal;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.testkit.check.AllocationCheck;
import io.adplatform.wire.catalogue.Deal.AuctionType;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.OpenRtbReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the bytes of a request to the bytes of its answer and its records. */
class LaneAuctionsAllocationTest {
  private static final int RUNS = 5_000;
  private static final String REQUEST =
      "{\"id\":\"r1\",\"site\":{\"domain\":\"news.example\",\"cat\":[\"IAB1\"]},\"device\":{\"ua\":"
          + "\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0\",\"ip\":\"203.0.113.7\","
          + "\"geo\":{\"country\":\"USA\"}},\"user\":{\"id\":\"u1\",\"keywords\":\"k=v\"},"
          + "\"bcat\":[\"IAB25\"],\"badv\":[\"bad.example\"],\"imp\":["
          + "{\"id\":\"1\",\"banner\":{\"w\":300,\"h\":250},\"ext\":{\"data\":{\"a\":\"b\"}}},"
          + "{\"id\":\"2\",\"banner\":{\"format\":[{\"w\":300,\"h\":250}]},\"bidfloor\":9}]}";

  private static final String EXT = "\"ext\":{\"data\"";
  private static final String PMP =
      "\"pmp\":{\"deals\":[{\"id\":\"D-1\",\"wadomain\":[\"acme.example\"]},"
          + "{\"id\":\"D-2\",\"guar\":1},{\"id\":\"D-9\"}]},";

  /** Answers at once that all may bid: what the lane does about caps, without a store. */
  private static final class Willing implements CapStore {
    @Override
    public Asking ask(CapLookup lookup) {
      lookup.asked();
      for (int i = 0; i < lookup.count(); i++) {
        lookup.allow(i, true);
      }
      lookup.answered();
      return Asking.ASKED;
    }

    @Override
    public void settle(CapLookup lookup) {}
  }

  @Test
  void shouldAllocateNothingForFrequencyCaps() {
    try (LaneFixture fixture =
        new LaneFixture(
            Lanes.stepped(1, LaneFixture.NOW),
            LaneFixture.NOW,
            new UnreadLaneJournal(),
            new Willing())) {
      SupplyPartner partner = LaneFixture.partner(Status.ACTIVE, 500, 1_000_000_000);
      fixture.leaseAmount(100_000_000_000L);
      for (int i = 0; i < 10; i++) {
        fixture.lineItem(40 + i, 1_000_000 + 100_000 * i, new FrequencyCap(1, 60 + i));
      }
      fixture.publish(partner);
      BidRequest request = new BidRequest();
      OpenRtbReader reader = new OpenRtbReader();
      byte[] body =
          REQUEST
              .replace(
                  "\"user\":{",
                  "\"user\":{\"eids\":[{\"source\":\"s\",\"uids\":[{\"id\":\"x\"}]}],")
              .getBytes(StandardCharsets.UTF_8);
      AllocationCheck.assertNoAllocation(
          RUNS,
          () -> {
            System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
            boolean bid =
                fixture.auctions.admit(partner) == Reason.NONE
                    && reader.read(request) == ReadFailure.NONE
                    && fixture.auctions.ask(request, partner, fixture.lookup, true)
                    && fixture.auctions.resume(
                            request, partner, 0, 0, fixture.lookup, null, fixture.response)
                        == Reason.NONE;
            if (!bid) {
              throw new AssertionError("no bid");
            }
          });
    }
  }

  @ParameterizedTest
  @CsvSource({"1,0,false", "3,0,false", "3,1,false", "3,1,true"})
  void shouldAllocateNothingPerRequest(int maxBidsPerImp, double recordShare, boolean deals) {
    try (LaneFixture fixture = new LaneFixture(new UnreadLaneJournal())) {
      SupplyPartner partner =
          LaneFixture.partner(Status.ACTIVE, 500, 1_000_000_000, recordShare, maxBidsPerImp);
      fixture.leaseAmount(100_000_000_000L);
      for (int i = 0; i < 10; i++) {
        fixture.lineItem(40 + i, 1_000_000 + 100_000 * (i / 2));
      }
      if (deals) {
        fixture.add(LaneFixture.deal(60, "D-1", 500_000, AuctionType.FIXED, 40L, 41L));
        fixture.add(LaneFixture.deal(61, "D-2", 9_500_000, AuctionType.FIRST_PRICE, 42L));
      }
      fixture.publish(partner);
      BidRequest request = new BidRequest();
      OpenRtbReader reader = new OpenRtbReader();
      byte[] body =
          (deals ? REQUEST.replace(EXT, PMP + EXT) : REQUEST).getBytes(StandardCharsets.UTF_8);
      AllocationCheck.assertNoAllocation(
          RUNS,
          () -> {
            System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
            boolean bid =
                fixture.auctions.admit(partner) == Reason.NONE
                    && reader.read(request) == ReadFailure.NONE
                    && fixture.auctions.run(request, partner, 0, 0, fixture.response)
                        == Reason.NONE;
            if (!bid) {
              throw new AssertionError("no bid");
            }
          });
    }
  }

  /** A video that is bid, and native that is put together, beside a banner. */
  @Test
  void shouldAllocateNothingForVideoAndNative() {
    String request =
        REQUEST.replace(
            "\"imp\":[",
            "\"imp\":[{\"id\":\"v\",\"video\":{\"mimes\":[\"video/mp4\"],\"protocols\":[2,11],"
                + "\"w\":640,\"h\":360,\"maxduration\":30,\"battr\":[1]}},"
                + "{\"id\":\"n\",\"native\":{\"request\":\"{\\\"ver\\\":\\\"1.2\\\",\\\"assets\\\":["
                + "{\\\"id\\\":5,\\\"required\\\":1,\\\"title\\\":{\\\"len\\\":90}}]}\"}},");
    try (LaneFixture fixture = new LaneFixture(new UnreadLaneJournal())) {
      SupplyPartner partner = LaneFixture.partner(Status.ACTIVE, 500, 1_000_000_000);
      fixture.leaseAmount(100_000_000_000L);
      fixture.creative(FormatsEndpointTest.video());
      fixture.creative(FormatsEndpointTest.nativeAd());
      fixture.lineItem(40, 1_000_000);
      fixture.lineItem(41, 1_100_000, 21L);
      fixture.lineItem(42, 1_200_000, 22L);
      fixture.publish(partner);
      BidRequest read = new BidRequest();
      OpenRtbReader reader = new OpenRtbReader();
      byte[] body = request.getBytes(StandardCharsets.UTF_8);
      AllocationCheck.assertNoAllocation(
          RUNS,
          () -> {
            System.arraycopy(body, 0, read.receive(body.length), 0, body.length);
            boolean bid =
                fixture.auctions.admit(partner) == Reason.NONE
                    && reader.read(read) == ReadFailure.NONE
                    && fixture.auctions.run(read, partner, 0, 0, fixture.response) == Reason.NONE
                    && fixture.response.bids() == 3;
            if (!bid) {
              throw new AssertionError("no bid");
            }
          });
    }
  }
}
