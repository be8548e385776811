package io.adplatform.simulator;

import io.adplatform.simulator.fault.FaultKind;
import io.adplatform.simulator.fault.FaultPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Those who see what was bid: their beacons come back, or do not, by the seed and the faults. */
final class Viewers {
  /** Longer ahead than any beacon comes. */
  private static final int WHEEL_STEPS = 1 << 12;

  private static final int SEEN_PERCENT = 75;
  private static final int ELSEWHERE_PERCENT = 15;
  private static final int RETRY_MILLIS = 3_000;

  /** A beacon on its way to a node. */
  record Beacon(String token, int node, boolean retried) {}

  private final World world;
  private final SplittableRandom random;
  private final List<List<Beacon>> wheel = new ArrayList<>();
  private int onTheWay;

  Viewers(World world) {
    this.world = world;
    random = new SplittableRandom(world.config.seed() * 31 + 2);
    for (int i = 0; i < WHEEL_STEPS; i++) {
      wheel.add(new ArrayList<>());
    }
  }

  /** Takes a bid of a node to somebody who may see it. */
  void show(String token, int node) {
    FaultPlan faults = world.faults;
    if (random.nextInt(100) >= SEEN_PERCENT) {
      return;
    }
    if (hits(FaultKind.BEACONS_LOST)) {
      return;
    }
    long delay = 200 + random.nextInt(1 + random.nextInt(8_000));
    if (hits(FaultKind.BEACONS_LATE)) {
      delay += random.nextInt(120_000);
    }
    if (faults.is(FaultKind.BEACONS_REORDERED)) {
      faults.struck(FaultKind.BEACONS_REORDERED);
      delay += random.nextInt(10_000);
    }
    send(new Beacon(token, nodeBeside(node), false), delay);
    while (hits(FaultKind.BEACONS_REPEATED) && random.nextInt(4) > 0) {
      send(new Beacon(token, nodeBeside(node), false), delay + random.nextInt(30_000));
    }
  }

  /** Sends one again that was refused, once. */
  void again(Beacon beacon) {
    if (!beacon.retried()) {
      send(new Beacon(beacon.token(), beacon.node(), true), RETRY_MILLIS);
    }
  }

  /** The beacons that arrive in this step; the list is cleared by the caller. */
  List<Beacon> arriving() {
    List<Beacon> due = wheel.get(slot(world.millis()));
    onTheWay -= due.size();
    return due;
  }

  /** Beacons that have not arrived. */
  int onTheWay() {
    return onTheWay;
  }

  private void send(Beacon beacon, long delayMillis) {
    long least = Math.max(Simulation.STEP_MILLIS, delayMillis);
    wheel.get(slot(world.millis() + least)).add(beacon);
    onTheWay++;
  }

  private static int slot(long millis) {
    return (int) (millis / Simulation.STEP_MILLIS) & WHEEL_STEPS - 1;
  }

  private int nodeBeside(int node) {
    return random.nextInt(100) < ELSEWHERE_PERCENT ? random.nextInt(world.config.nodes()) : node;
  }

  private boolean hits(FaultKind kind) {
    int severity = world.faults.severity(kind);
    boolean hit = severity > 0 && random.nextInt(100) < severity;
    if (hit) {
      world.faults.struck(kind);
    }
    return hit;
  }
}
