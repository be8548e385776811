package io.adplatform.simulator;

import io.adplatform.simulator.audit.Violation;
import io.adplatform.simulator.fault.Fault;
import io.adplatform.simulator.fault.FaultPlan;
import io.adplatform.simulator.plot.SpendPlot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./adplatform simulate}: one seed, for as long as is asked for. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description =
        "Plays the exchange's money on a virtual clock, with faults drawn from a seed, and checks"
            + " as it goes that nothing is charged twice, lost, or above a budget, that ledger,"
            + " reports and settled events agree and debits equal credits, that paced spend keeps"
            + " to its plan and users see no more than their caps allow.",
    footer = {
      "",
      "Exit code 0 where every invariant held; 1 where one did not: then the shortest command that"
          + " shows it is printed; 2 for words that are not understood; 3 where the plot cannot be"
          + " written."
    })
public final class SimulatorMain implements Callable<Integer> {
  private static final long MILLIS_PER_DAY = 86_400_000;
  private static final long PROGRESS_NANOS = 200_000_000;
  private static final long MICROS = 1_000_000;
  private static final int BAR = 40;
  private static final String NO_PLOT = "none";
  private static final int CANNOT_WRITE = 3;

  @Spec private CommandSpec spec;

  @Option(names = "--seed", required = true, description = "What everything is drawn from.")
  private long seed;

  @Option(names = "--days", description = "Virtual days; 1 where neither is given.")
  private Integer days;

  @Option(names = "--seconds", description = "Virtual seconds, in place of days.")
  private Long seconds;

  @Option(
      names = "--rate",
      defaultValue = "100",
      description = "Requests per virtual second, on all nodes (${DEFAULT-VALUE}).")
  private int rate;

  @Option(names = "--until", description = "End requests and faults after so many seconds.")
  private Long until;

  @Option(
      names = "--faults",
      split = ",",
      arity = "0..1",
      fallbackValue = "-1",
      description = "Only these faults of the seed's plan, by number; without numbers none.")
  private List<Integer> faults;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "Where spend is drawn against plan, a page of HTML (simulate-SEED.html); 'none' draws"
              + " nothing.")
  private String plot;

  private SimulatorMain() {}

  /** Runs the command. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new SimulatorMain());
  }

  @Override
  public Integer call() {
    SimulationConfig config = config();
    PrintWriter out = spec.commandLine().getOut();
    boolean terminal = System.console() != null;
    long[] next = {System.nanoTime() + PROGRESS_NANOS};
    try {
      Simulation.Summary summary =
          Simulation.run(
              config,
              millis -> {
                if (System.nanoTime() >= next[0]) {
                  next[0] = System.nanoTime() + (terminal ? 1 : 25) * PROGRESS_NANOS;
                  out.print((terminal ? "\r" : "") + bar(millis, config.untilMillis()));
                  out.print(terminal ? "" : "\n");
                  out.flush();
                }
              });
      out.print(terminal ? "\r" : "");
      print(summary, out);
      return draw(config, summary, out) ? 0 : CANNOT_WRITE;
    } catch (RuntimeException e) {
      out.println();
      Violation violation = Shrinking.violation(config, Seams.RIGHT);
      out.println("VIOLATED " + (violation == null ? e : violation.getMessage()));
      out.println("  " + command(config));
      if (violation != null) {
        out.println("Looking for a shorter one ...");
        out.flush();
        SimulationConfig shorter = new Shrinking(() -> Seams.RIGHT).shrink(config, violation);
        out.println("  " + command(shorter));
        shorter.faults().forEach(fault -> out.println("    " + fault));
      }
      out.flush();
      return 1;
    }
  }

  private boolean draw(SimulationConfig config, Simulation.Summary summary, PrintWriter out) {
    if (NO_PLOT.equals(plot)) {
      return true;
    }
    Path file = Path.of(plot == null ? "simulate-" + seed + ".html" : plot);
    try {
      Files.writeString(file, SpendPlot.html(command(config), summary.curves()));
      out.println("spend against plan: " + file.toAbsolutePath());
      out.flush();
      return true;
    } catch (IOException e) {
      out.println("The plot cannot be written to " + file + ": " + e);
      out.flush();
      return false;
    }
  }

  private SimulationConfig config() {
    if (days != null && seconds != null) {
      throw bad("--days and --seconds exclude each other");
    }
    long millis = seconds != null ? seconds * 1_000 : (days == null ? 1 : days) * MILLIS_PER_DAY;
    if (millis < 1_000 || millis > 366 * MILLIS_PER_DAY) {
      throw bad("a simulation lasts 1 second to 366 days");
    }
    if (rate < 1 || rate > 100_000) {
      throw bad("--rate is 1 to 100000");
    }
    if (until != null && until < 1) {
      throw bad("--until is at least 1");
    }
    SimulationConfig config = SimulationConfig.of(seed, millis, rate);
    Set<Integer> kept = faults == null ? null : new HashSet<>(faults);
    List<Fault> some =
        config.faults().stream()
            .filter(fault -> kept == null || kept.contains(fault.number()))
            .toList();
    return config.with(until == null ? millis : until * 1_000, some);
  }

  private CommandLine.ParameterException bad(String why) {
    return new CommandLine.ParameterException(spec.commandLine(), why);
  }

  /** What plays a simulation again. */
  static String command(SimulationConfig config) {
    StringBuilder words = new StringBuilder("./adplatform simulate --seed ").append(config.seed());
    words.append(
        config.durationMillis() % MILLIS_PER_DAY == 0
            ? " --days " + config.durationMillis() / MILLIS_PER_DAY
            : " --seconds " + config.durationMillis() / 1_000);
    words.append(" --rate ").append(config.requestsPerSecond());
    if (config.untilMillis() < config.durationMillis()) {
      words.append(" --until ").append((config.untilMillis() + 999) / 1_000);
    }
    int all = FaultPlan.draw(config.seed(), config.durationMillis(), config.nodes()).size();
    if (config.faults().size() < all) {
      words.append(" --faults ");
      words.append(
          config.faults().stream()
              .map(fault -> Integer.toString(fault.number()))
              .collect(Collectors.joining(",")));
    }
    return words.toString().strip();
  }

  private static String bar(long millis, long of) {
    int full = (int) (millis * BAR / of);
    return String.format(
        Locale.ROOT, "[%s%s] %3d %%", "#".repeat(full), ".".repeat(BAR - full), millis * 100 / of);
  }

  private static void print(Simulation.Summary summary, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "Every invariant held: %s of virtual time in %.1f s, %,d times real time.%n",
        time(summary.virtualMillis()),
        summary.tookNanos() / 1e9,
        summary.speed());
    out.printf(
        Locale.ROOT,
        "%,d requests, %,d bids, %,d beacons answered; settled: %,d counted, %,d repeats, %,d"
            + " late%n",
        summary.requests(),
        summary.bids(),
        summary.answered(),
        summary.counted(),
        summary.repeats(),
        summary.late());
    out.printf(
        Locale.ROOT,
        "charged %s USD; budgets of the line items that have one: %s; over-delivered %s%n",
        usd(summary.chargedMicros()),
        usd(summary.budgetMicros()),
        usd(summary.overDeliveryMicros()));
    out.printf(
        Locale.ROOT,
        "one advertiser paid %s USD ahead; its money was spent when %,d leases were wanted%n",
        usd(summary.paidMicros()),
        summary.refusedForFunds());
    Simulation.Trial books = summary.books();
    out.printf(
        Locale.ROOT,
        "ledger: %,d entries, %,d of them corrections; trial balance: debits %s, credits %s,"
            + " difference %s USD%n",
        books.entries(),
        books.corrections(),
        usd(books.debitsMicros()),
        usd(books.creditsMicros()),
        usd(books.debitsMicros() - books.creditsMicros()));
    out.printf(
        Locale.ROOT,
        "%,d pauses; %,d windows of users held against frequency caps%n",
        summary.pauses(),
        summary.cappedWindows());
    out.println("faults that struck: " + summary.struck());
    out.flush();
  }

  private static String time(long millis) {
    long wholeSeconds = millis / 1_000;
    return String.format(
        Locale.ROOT,
        "%d d %02d:%02d:%02d",
        wholeSeconds / 86_400,
        wholeSeconds / 3_600 % 24,
        wholeSeconds / 60 % 60,
        wholeSeconds % 60);
  }

  private static String usd(long micros) {
    return String.format(Locale.ROOT, "%,d.%06d", micros / MICROS, micros % MICROS);
  }
}
