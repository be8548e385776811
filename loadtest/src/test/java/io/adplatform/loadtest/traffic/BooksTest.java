package io.adplatform.loadtest.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.loadtest.traffic.Beacons.Due;
import io.adplatform.loadtest.traffic.Books.Settled;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BooksTest {
  private static final Due DUE = new Due("1", 21_000, 15_500);
  private static final Settled RIGHT = new Settled("1", 21_000, 0, 15_500);

  private final Beacons beacons = new Beacons();

  @Test
  void shouldFindNothingWhereAllIsSettledOnce() {
    answered("a");
    assertEquals(List.of(), differences(Map.of("a", RIGHT)));
  }

  @Test
  void shouldFindWhatWasDroppedAlteredOrNeverSent() {
    answered("a");
    assertEquals(1, differences(Map.of()).size());
    assertEquals(1, differences(Map.of("a", new Settled("1", 21_001, 0, 15_500))).size());
    assertEquals(1, differences(Map.of("a", new Settled("1", 21_000, 0, 15_499))).size());
    assertEquals(1, differences(Map.of("a", new Settled("2", 21_000, 0, 15_500))).size());
    assertEquals(1, differences(Map.of("a", RIGHT, "b", RIGHT)).size());
  }

  @Test
  void shouldTakeOverDeliveryForWhatTheAdvertiserDoesNotPay() {
    answered("a");
    assertEquals(List.of(), differences(Map.of("a", new Settled("1", 20_000, 1_000, 15_500))));
  }

  @Test
  void shouldAskOfAnUnansweredBeaconOnlyThatItIsChargedRightIfAtAll() {
    beacons.sent("a", DUE);
    assertEquals(1, beacons.unknown());
    assertEquals(List.of(), differences(Map.of()));
    assertEquals(List.of(), differences(Map.of("a", RIGHT)));
    assertFalse(differences(Map.of("a", new Settled("1", 1, 0, 1))).isEmpty());
  }

  @Test
  void shouldCountAnAnswerThatComesAgainAsARepeat() {
    answered("a");
    beacons.answered("a", DUE);
    assertEquals(1, beacons.count());
    assertEquals(1, beacons.repeats());
    assertTrue(beacons.unknown() == 0);
  }

  private void answered(String id) {
    beacons.sent(id, DUE);
    beacons.answered(id, DUE);
  }

  private List<String> differences(Map<String, Settled> settled) {
    return Books.differences(beacons.due(settled), settled);
  }
}
