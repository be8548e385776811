package io.adplatform.rtb.rate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LaneRatesTest {
  private static final long SECOND = NodeRates.NANOS_PER_SECOND;
  private static final int LANES = 8;
  private static final long ID = 33;

  private final NodeRates node = new NodeRates(LANES);

  private static int admitted(LaneRates lane, int perSecond, int sent, long nowNanos) {
    int admitted = 0;
    for (int i = 0; i < sent; i++) {
      admitted += lane.admits(ID, perSecond, nowNanos) ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void shouldGiveOneLaneTheWholeRateWhenTheOthersAreIdle() {
    int perSecond = 10_000;
    LaneRates lane = new LaneRates(node);
    assertEquals(10_000, admitted(lane, perSecond, 20_000, 0));
    assertEquals(5_000, admitted(lane, perSecond, 20_000, SECOND / 2));
    assertEquals(10_000, admitted(lane, perSecond, 20_000, 10 * SECOND));
  }

  @Test
  void shouldHoldAllLanesTogetherToTheRate() {
    int perSecond = 10_000;
    List<LaneRates> lanes = new ArrayList<>();
    for (int i = 0; i < LANES; i++) {
      lanes.add(new LaneRates(node));
    }
    Random random = new Random(1);
    int admitted = 0;
    int sent = 300_000;
    for (int i = 0; i < sent; i++) {
      long now = 10 * SECOND * i / sent;
      admitted += lanes.get(random.nextInt(LANES)).admits(ID, perSecond, now) ? 1 : 0;
    }
    // Ten seconds' flow and the bucket that was full at the start.
    assertTrue(admitted <= 110_000 && admitted > 109_000, "admitted: " + admitted);
  }

  @Test
  void shouldTakeAPartnersFewRequestsOnAnyLane() {
    LaneRates one = new LaneRates(node);
    LaneRates other = new LaneRates(node);
    assertTrue(one.admits(ID, 1, 0));
    assertFalse(other.admits(ID, 1, SECOND / 2));
    assertTrue(other.admits(ID, 1, SECOND));
    assertFalse(one.admits(ID, 1, SECOND));
  }
}
