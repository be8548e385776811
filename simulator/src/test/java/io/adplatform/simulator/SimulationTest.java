package io.adplatform.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.simulator.fault.FaultKind;
import io.adplatform.simulator.plot.SpendCurve;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exchange as it is: no seed finds anything. */
class SimulationTest {
  private static final int SEEDS = 12;
  private static final long MILLIS = 900_000;
  private static final int REQUESTS_PER_SECOND = 20;

  @Test
  void shouldHoldEveryInvariantUnderEveryFault() {
    Set<FaultKind> struck = EnumSet.noneOf(FaultKind.class);
    long charged = 0;
    long refusedForFunds = 0;
    long paid = 0;
    long posted = 0;
    long corrections = 0;
    long pauses = 0;
    long windows = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      SimulationConfig config = SimulationConfig.of(seed, MILLIS, REQUESTS_PER_SECOND);
      Simulation.Summary summary;
      try {
        summary = Simulation.run(config, millis -> {});
      } catch (RuntimeException e) {
        throw new AssertionError(SimulatorMain.command(config), e);
      }
      struck.addAll(summary.struck().keySet());
      charged += summary.chargedMicros();
      refusedForFunds += summary.refusedForFunds();
      paid += summary.paidMicros();
      assertEquals(summary.books().debitsMicros(), summary.books().creditsMicros());
      posted += summary.books().debitsMicros();
      corrections += summary.books().corrections();
      pauses += summary.pauses();
      windows += summary.cappedWindows();
    }
    assertEquals(EnumSet.allOf(FaultKind.class), struck);
    assertTrue(charged > 100_000_000, "charged " + charged);
    assertTrue(refusedForFunds > 0, "funds were never spent");
    assertTrue(paid > 10_000_000, "paid " + paid);
    // What was paid is posted beside what was charged.
    assertTrue(posted >= charged + paid, "posted " + posted);
    assertTrue(corrections > 50, "corrections " + corrections);
    assertTrue(pauses > 20, "pauses " + pauses);
    assertTrue(windows > 1_000, "windows of caps " + windows);
  }

  @Test
  void shouldDrawSpendAgainstPlan(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("spend.html");
    StringWriter out = new StringWriter();
    int code =
        SimulatorMain.commandLine()
            .setOut(new PrintWriter(out))
            .execute("--seed", "3", "--seconds", "600", "--rate", "20", "--plot", file.toString());
    assertEquals(0, code, out.toString());
    String page = Files.readString(file);
    SimulationConfig config = SimulationConfig.of(3, 600_000, REQUESTS_PER_SECOND);
    List<SpendCurve> curves = Simulation.run(config, millis -> {}).curves();
    assertEquals(curves.size(), page.split("class=\"charged\" points=", -1).length - 1);
    long charged = 0;
    for (SpendCurve curve : curves) {
      int last = curve.count() - 1;
      assertEquals(SpendCurve.POINTS, last);
      assertTrue(curve.chargedMicros(last / 2) <= curve.chargedMicros(last));
      charged += curve.chargedMicros(last);
    }
    assertTrue(charged > 0);
  }

  @Test
  void shouldDoTheSameForTheSameSeed() {
    SimulationConfig config = SimulationConfig.of(3, 300_000, REQUESTS_PER_SECOND);
    Simulation.Summary first = Simulation.run(config, millis -> {});
    Simulation.Summary second = Simulation.run(config, millis -> {});
    assertEquals(first.chargedMicros(), second.chargedMicros());
    assertEquals(first.bids(), second.bids());
    assertEquals(first.counted(), second.counted());
    assertEquals(first.struck(), second.struck());
    assertEquals(first.books(), second.books());
    assertEquals(first.cappedWindows(), second.cappedWindows());
  }

  @Test
  void shouldSayInTheCommandWhatItPlayed() {
    StringWriter out = new StringWriter();
    int code =
        SimulatorMain.commandLine()
            .setOut(new PrintWriter(out))
            .execute(
                "--seed",
                "5",
                "--seconds",
                "60",
                "--rate",
                "10",
                "--faults",
                "0,1",
                "--plot",
                "none");
    assertEquals(0, code, out.toString());
    assertTrue(out.toString().contains("Every invariant held"), out.toString());
    assertTrue(out.toString().contains("600 requests"), out.toString());
    assertTrue(out.toString().contains("difference 0.000000 USD"), out.toString());
  }

  @Test
  void shouldRefuseWordsThatMakeNoSense() {
    StringWriter err = new StringWriter();
    int code =
        SimulatorMain.commandLine()
            .setErr(new PrintWriter(err))
            .execute("--seed", "5", "--days", "1", "--seconds", "1");
    assertEquals(2, code);
    assertTrue(err.toString().contains("exclude each other"), err.toString());
  }
}
