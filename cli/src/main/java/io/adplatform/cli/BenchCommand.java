package io.adplatform.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** {@code bench}: the scenarios of {@code loadtest/}, each of which prints its own summary. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a scenario of loadtest/ on an exchange of its own.",
      "http: load over HTTP beside a bare server",
      "engine: choosing among line items and reading requests (JMH); further words go to JMH",
      "smoke: the smoke run; further words go to up, such as --split",
      "chaos: ten minutes of load while servers are killed, paused and cut off and disks fill"
          + " (--seconds, --seed, --rate)",
      "soak: an hour of load, and the memory of each process (--minutes, --rate)"
    },
    customSynopsis = "adplatform bench http | engine | smoke | chaos | soak [WORD...]")
final class BenchCommand implements Callable<Integer> {
  /** Each is a script of {@code loadtest/}. */
  enum Scenario {
    http("http.sh"),
    engine("jmh.sh", "AuctionBenchmark|ReadRequestBenchmark", "-prof", "gc"),
    smoke("smoke.sh"),
    chaos("chaos.sh"),
    soak("soak.sh");

    private final String script;
    private final List<String> words;

    Scenario(String script, String... words) {
      this.script = script;
      this.words = List.of(words);
    }
  }

  @Parameters(paramLabel = "SCENARIO", description = "${COMPLETION-CANDIDATES}")
  private Scenario scenario;

  @Unmatched private final List<String> more = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    Path script = Path.of(System.getProperty("adplatform.home", "."), "loadtest", scenario.script);
    if (!Files.isExecutable(script)) {
      throw new ApiFailure("no " + script + ": scenarios run from a checkout");
    }
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(scenario.words);
    command.addAll(more);
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new ApiFailure(script + " does not start: " + e.getMessage());
    }
  }
}
