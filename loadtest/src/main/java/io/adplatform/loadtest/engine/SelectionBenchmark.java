package io.adplatform.loadtest.engine;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.decision.targeting.AdQuery;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Choosing among {@link SelectionDemand}, one decision after the other over 1,024 requests: query
 * filled from spans, index, checks, ranking, a reservation. The median of line items that match is
 * printed; with 10,000 it is about 50.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SelectionBenchmark {
  private static final int REQUESTS = 1_024;

  /** Decisions between two milliseconds of the benchmark's clock, and between two polls. */
  private static final int PER_MILLI = 512;

  /** Active line items. */
  @Param({"10000"})
  public int lineItems;

  private final SelectionRequests requests = new SelectionRequests(REQUESTS, 2);
  private final AdQuery query = new AdQuery();
  private final Chooser chooser = new Chooser();
  private final Candidates candidates = new Candidates();
  private CatalogueSnapshot snapshot;
  private BudgetGate gate;
  private long auction;
  private long nowMillis = SelectionDemand.NOW;

  /** Compiles the demand, and says how much of it matches and wins. */
  @Setup
  public void setUp() {
    SelectionDemand demand = new SelectionDemand(lineItems, 1);
    long start = System.nanoTime();
    snapshot = demand.compile();
    long compileMillis = (System.nanoTime() - start) / 1_000_000;
    gate = demand.gate();
    int[] matched = new int[REQUESTS];
    int bids = 0;
    for (int i = 0; i < REQUESTS; i++) {
      bids += fillAndChoose();
      matched[i] = candidates.matched();
    }
    Arrays.sort(matched);
    System.out.printf(
        "%n%,d line items compiled in %d ms; matched: median %d, highest %d; bids: %d of %d%n",
        lineItems, compileMillis, matched[REQUESTS / 2], matched[REQUESTS - 1], bids, REQUESTS);
  }

  @Benchmark
  public int fillAndChoose() {
    int request = (int) (auction & REQUESTS - 1);
    if (++auction % PER_MILLI == 0) {
      nowMillis++;
      gate.poll(nowMillis);
    }
    requests.fill(request, query);
    return chooser.choose(snapshot, query, gate, nowMillis, 7, auction, candidates);
  }

  /** What filling the query takes of it. */
  @Benchmark
  public AdQuery fill() {
    requests.fill((int) (auction++ & REQUESTS - 1), query);
    return query;
  }

  /** The documents of 10,000 line items, applied. */
  @State(Scope.Thread)
  public static class Compiling {
    private final SelectionDemand demand = new SelectionDemand(10_000, 1);
  }

  /** How long a change of the catalogue takes to become a snapshot, whatever changed. */
  @Benchmark
  public CatalogueSnapshot compile10k(Compiling compiling) {
    return compiling.demand.compile();
  }
}
