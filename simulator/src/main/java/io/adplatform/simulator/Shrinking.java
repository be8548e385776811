package io.adplatform.simulator;

import io.adplatform.simulator.audit.Violation;
import io.adplatform.simulator.fault.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Looks for a shorter simulation that violates the same invariant: cut off right after it, and with
 * as few faults as are needed (delta debugging: parts of the plan are left out, ever smaller ones).
 */
final class Shrinking {
  private static final int MAX_RUNS = 200;
  private static final long BEHIND_MILLIS = 1_000;

  private final Supplier<Seams> seams;
  private int runs;

  /** Tries with fresh parts each time. */
  Shrinking(Supplier<Seams> seams) {
    this.seams = seams;
  }

  /**
   * The violation of a simulation, or null.
   *
   * @throws RuntimeException what a part of the exchange throws is a violation of its own
   */
  static Violation violation(SimulationConfig config, Seams seams) {
    try {
      Simulation.run(config, seams, millis -> {});
      return null;
    } catch (Violation violation) {
      return violation;
    } catch (RuntimeException e) {
      return new Violation("no part fails", e.toString(), config.untilMillis());
    }
  }

  /** A shorter simulation that fails in the same way; the same one where there is none. */
  SimulationConfig shrink(SimulationConfig failing, Violation violation) {
    SimulationConfig best = failing;
    SimulationConfig cut =
        best.with(
            Math.max(BEHIND_MILLIS, violation.atMillis() + BEHIND_MILLIS),
            before(best, violation.atMillis()));
    if (fails(cut, violation)) {
      best = cut;
    }
    int part = Math.max(1, best.faults().size() / 2);
    while (runs < MAX_RUNS && !best.faults().isEmpty()) {
      SimulationConfig fewer = without(best, part, violation);
      boolean shrunk = fewer != best;
      best = fewer;
      if (!shrunk && part == 1) {
        break;
      }
      part = shrunk ? Math.min(part, Math.max(1, best.faults().size())) : Math.max(1, part / 2);
    }
    return best;
  }

  private static List<Fault> before(SimulationConfig config, long millis) {
    return config.faults().stream().filter(fault -> fault.fromMillis() <= millis).toList();
  }

  /** Leaves parts of so many faults out, one part after the other, where it still fails. */
  private SimulationConfig without(SimulationConfig config, int part, Violation violation) {
    SimulationConfig best = config;
    int from = 0;
    while (from < best.faults().size() && runs < MAX_RUNS) {
      List<Fault> rest = new ArrayList<>(best.faults());
      rest.subList(from, Math.min(rest.size(), from + part)).clear();
      SimulationConfig fewer = best.with(best.untilMillis(), rest);
      if (fails(fewer, violation)) {
        best = fewer;
      } else {
        from += part;
      }
    }
    return best;
  }

  private boolean fails(SimulationConfig config, Violation violation) {
    runs++;
    Violation again = violation(config, seams.get());
    return again != null && again.invariant().equals(violation.invariant());
  }
}
