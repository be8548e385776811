package io.adplatform.analytics.ship;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shipper of two nodes among faults drawn from a seed. */
@Timeout(600)
class ShipperFaultsTest {
  private static final int NODE = 2;
  private static final int OTHER = 1;
  private static final int SEEDS = 20;
  private static final int STEPS = 200;

  @TempDir Path data;

  private final Map<Integer, Set<Long>> written =
      Map.of(NODE, new TreeSet<>(), OTHER, new TreeSet<>());
  private final Map<Long, Long> receivedMillis = new HashMap<>();
  private long auctions;

  @Test
  void shouldLoseNothingAndMarkNothingTooSoonWhateverFails() {
    ShipFixture ship = new ShipFixture(data);
    try (ShippedNode other = ShippedNode.start(data, OTHER);
        ShippedNode node = ShippedNode.join(data, NODE)) {
      ship.start(node);
      for (long seed = 1; seed <= SEEDS; seed++) {
        Random random = new Random(seed);
        for (int i = 0; i < STEPS; i++) {
          step(ship, random, node, other);
        }
        ship.lanesAnswer(true);
        ship.diskFull(false);
        ship.broker.away(false);
        long now = ship.millis;
        ship.turnUntil(() -> ship.broker.markOf(NODE) > now);
        check(ship, seed);
      }
    }
  }

  private void step(ShipFixture ship, Random random, ShippedNode node, ShippedNode other) {
    switch (random.nextInt(12)) {
      case 0, 1 -> write(ship, node, NODE);
      case 2 -> write(ship, other, OTHER);
      case 3 -> ship.broker.take(random.nextInt(20));
      case 4 -> ship.broker.takeAll();
      case 5 -> {
        if (random.nextInt(4) == 0) {
          ship.broker.fail(random.nextBoolean());
        }
      }
      case 6 -> {
        if (random.nextInt(10) == 0) {
          ship.start(node);
        }
      }
      case 7 -> ship.lanesAnswer(random.nextInt(4) > 0);
      case 8 -> ship.diskFull(random.nextInt(4) == 0);
      case 9 -> ship.broker.away(random.nextInt(4) == 0);
      default -> ship.turn(random.nextInt(1_500));
    }
  }

  private void write(ShipFixture ship, ShippedNode node, int nodeId) {
    long auction = ++auctions;
    receivedMillis.put(auction, ship.millis);
    ship.signal(node, auction);
    written.get(nodeId).add(auction);
  }

  private void check(ShipFixture ship, long seed) {
    for (int nodeId : written.keySet()) {
      assertEquals(
          written.get(nodeId), new TreeSet<>(ship.broker.auctionsOf(nodeId)), "seed " + seed);
    }
    Map<Integer, Long> marks = new HashMap<>();
    Map<Integer, Long> highest = new HashMap<>();
    Set<Long> seen = new HashSet<>();
    for (FakeBroker.Taken taken : ship.broker.log()) {
      int place = taken.partition() * 100 + taken.nodeId();
      if (taken.isMark()) {
        if (taken.nodeId() == NODE) {
          marks.merge(taken.partition(), taken.millis(), Math::max);
        }
      } else if (seen.add(taken.auction())) {
        assertTrue(
            taken.position() > highest.getOrDefault(place, -1L), "out of order, seed " + seed);
        highest.put(place, taken.position());
        assertTrue(
            taken.nodeId() != NODE
                || receivedMillis.get(taken.auction()) >= marks.getOrDefault(taken.partition(), 0L),
            "behind its mark, seed " + seed);
      }
    }
  }
}
