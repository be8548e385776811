package io.adplatform.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.adplatform.simulator.audit.Violation;
import io.adplatform.simulator.fault.FaultKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checkers see what is wrong: each bug, planted alone, is found by the one that is for it. */
class PlantedBugTest {
  private static final int SEEDS = 200;
  private static final long MILLIS = 720_000;
  private static final int REQUESTS_PER_SECOND = 20;

  @ParameterizedTest
  @EnumSource
  void shouldFindEachPlantedBug(PlantedBug bug) {
    for (int seed = 0; seed < SEEDS; seed++) {
      SimulationConfig config = SimulationConfig.of(seed, MILLIS, REQUESTS_PER_SECOND);
      Violation violation = Shrinking.violation(config, bug.seams());
      if (violation != null && violation.invariant().equals(bug.invariant())) {
        System.out.println(bug + ": seed " + seed + ", " + violation.getMessage());
        return;
      }
    }
    fail(bug + ": within " + SEEDS + " seeds nothing violates: " + bug.invariant());
  }

  @Test
  void shouldShrinkAFailingSeedToItsCause() {
    PlantedBug bug = PlantedBug.OFFSET_COMMITTED_EARLY;
    SimulationConfig failing = null;
    Violation violation = null;
    for (int seed = 0; violation == null; seed++) {
      failing = SimulationConfig.of(seed, MILLIS, REQUESTS_PER_SECOND);
      violation = Shrinking.violation(failing, bug.seams());
    }
    assertEquals(bug.invariant(), violation.invariant());
    SimulationConfig shorter = new Shrinking(bug::seams).shrink(failing, violation);
    assertTrue(shorter.untilMillis() < failing.untilMillis());
    assertTrue(shorter.faults().size() <= 3, shorter.faults().toString());
    assertTrue(
        shorter.faults().stream().anyMatch(one -> one.kind() == FaultKind.SETTLEMENT_CRASH),
        shorter.faults().toString());
    Violation again = Shrinking.violation(shorter, bug.seams());
    assertNotNull(again);
    assertEquals(violation.invariant(), again.invariant());
    assertTrue(
        SimulatorMain.command(shorter).contains(" --faults "), SimulatorMain.command(shorter));
  }
}
