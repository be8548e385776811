package io.adplatform.rtb.auction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartnerRatesTest {
  private static final long SECOND = NodeRates.NANOS_PER_SECOND;
  private static final int LANES = 8;

  private final NodeRates node = new NodeRates(LANES);

  private static SupplyPartner partner(int queriesPerSecond) {
    return LaneFixture.partner(Status.ACTIVE, 0, queriesPerSecond);
  }

  private static int admitted(PartnerRates lane, SupplyPartner partner, int sent, long nowNanos) {
    int admitted = 0;
    for (int i = 0; i < sent; i++) {
      admitted += lane.admits(partner, nowNanos) ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void shouldGiveOneLaneTheWholeRateWhenTheOthersAreIdle() {
    SupplyPartner partner = partner(10_000);
    PartnerRates lane = new PartnerRates(node);
    assertEquals(10_000, admitted(lane, partner, 20_000, 0));
    assertEquals(5_000, admitted(lane, partner, 20_000, SECOND / 2));
    assertEquals(10_000, admitted(lane, partner, 20_000, 10 * SECOND));
  }

  @Test
  void shouldHoldAllLanesTogetherToTheRate() {
    SupplyPartner partner = partner(10_000);
    List<PartnerRates> lanes = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      lanes.add(new PartnerRates(node));
    }
    Random random = new Random(1);
    int admitted = 0;
    int sent = 300_000;
    for (int i = 0; i < sent; i++) {
      long now = 10 * SECOND * i / sent;
      admitted += lanes.get(random.nextInt(LANES)).admits(partner, now) ? 1 : 0;
    }
    // Ten seconds' flow and the bucket that was full at the start.
    assertTrue(admitted <= 110_000 && admitted > 109_000, "admitted: " + admitted);
  }

  @Test
  void shouldTakeAPartnersFewRequestsOnAnyLane() {
    SupplyPartner partner = partner(1);
    PartnerRates one = new PartnerRates(node);
    PartnerRates other = new PartnerRates(node);
    assertTrue(one.admits(partner, 0));
    assertFalse(other.admits(partner, SECOND / 2));
    assertTrue(other.admits(partner, SECOND));
    assertFalse(one.admits(partner, SECOND));
  }
}
