package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code explain}: why an auction ended as it did. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description =
        "Why an auction ended as it did: every candidate, its price, and why it won or fell out.")
final class ExplainCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Api api;

  @Parameters(
      paramLabel = "AUCTION_ID",
      description =
          "The id of a bid, or with --request the SSP's request id (for a request that got no"
              + " bid).")
  private String id;

  @Option(names = "--request", description = "The id is the SSP's own request id.")
  private boolean request;

  @Option(names = "--json", description = "Print the record as JSON.")
  private boolean json;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    List<JsonNode> auctions =
        request ? ofRequest() : List.of(api.get("/auctions/" + Api.encode(id)));
    if (auctions.isEmpty()) {
      throw new ApiFailure("no auction of request " + id + " is on record");
    }
    for (JsonNode auction : auctions) {
      out.println(json ? auction.toPrettyString() : ExplainText.of(auction));
    }
    out.flush();
  }

  /** The list has the records alone; each is explained by itself. */
  private List<JsonNode> ofRequest() {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode record : api.get("/auctions?requestId=" + Api.encode(id)).path("items")) {
      all.add(api.get("/auctions/" + Api.encode(record.path("auctionId").asText())));
    }
    return all;
  }
}
