package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code replay}: whether a recorded auction comes out the same when it is run again. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description =
        "Runs a recorded auction again on the catalogue of its time and compares it with its"
            + " record. An operator's key is needed, and a request that was recorded in full.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it comes out as recorded",
      "1:it differs, or cannot be replayed",
      "2:wrong usage"
    })
final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Api api;

  @Parameters(paramLabel = "AUCTION_ID", description = "The id of a bid.")
  private String id;

  @Option(names = "--json", description = "Print the comparison as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode replay = api.get("/auctions/" + Api.encode(id) + "/replay");
    String verdict = replay.path("verdict").asText();
    if (json) {
      out.println(replay.toPrettyString());
    } else {
      out.println(
          verdict
              + ": auction "
              + replay.path("auctionId").asText()
              + " on catalogue version "
              + replay.path("catalogueVersion").asText());
      if (replay.hasNonNull("missing")) {
        out.println("  " + replay.path("missing").asText());
      }
      for (JsonNode difference : replay.path("differences")) {
        out.println("  " + difference.path("field").asText());
        out.println("    recorded  " + difference.path("recorded"));
        out.println("    replayed  " + difference.path("replayed"));
      }
    }
    out.flush();
    return verdict.equals("IDENTICAL") ? 0 : 1;
  }
}
