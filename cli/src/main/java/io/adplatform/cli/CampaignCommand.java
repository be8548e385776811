package io.adplatform.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code campaign list | create | pause | resume}. */
@Command(
    name = "campaign",
    mixinStandardHelpOptions = true,
    description = "Flights of line items under one budget.",
    synopsisSubcommandLabel = "list | create | pause | resume")
final class CampaignCommand {
  @Spec private CommandSpec spec;

  @Command(mixinStandardHelpOptions = true, description = "Lists campaigns.")
  int list(
      @Mixin Api api,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    Table.print(
        api.list("/campaigns"),
        List.of(
            "id",
            "advertiserId",
            "name",
            "status",
            "startAt",
            "endAt",
            "budget.totalMicros",
            "budget.dailyMicros"),
        format,
        spec.commandLine().getOut());
    return 0;
  }

  @Command(mixinStandardHelpOptions = true, description = "Creates a campaign; prints its id.")
  int create(
      @Mixin Api api,
      @Option(
              names = "--advertiser",
              paramLabel = "ID",
              description = "Needed where there are several.")
          String advertiser,
      @Option(names = "--name", required = true, paramLabel = "NAME") String name,
      @Option(names = "--start", paramLabel = "TIME", description = "RFC 3339; default at once.")
          String start,
      @Option(names = "--end", paramLabel = "TIME", description = "RFC 3339; default never.")
          String end,
      @Mixin Money.BudgetOptions budget) {
    ObjectNode body = Api.JSON.createObjectNode().put("name", name);
    if (start != null) {
      body.put("startAt", start);
    }
    if (end != null) {
      body.put("endAt", end);
    }
    budget.putInto(body);
    String owner = AdvertiserCommand.givenOrOnly(api, advertiser);
    spec.commandLine()
        .getOut()
        .println(
            api.post("/advertisers/" + Api.encode(owner) + "/campaigns", body).path("id").asText());
    return 0;
  }

  @Command(mixinStandardHelpOptions = true, description = "Stops a campaign from bidding.")
  int pause(@Mixin Api api, @Parameters(paramLabel = "ID") String id) {
    return status(api, id, "PAUSED");
  }

  @Command(mixinStandardHelpOptions = true, description = "Lets a paused campaign bid again.")
  int resume(@Mixin Api api, @Parameters(paramLabel = "ID") String id) {
    return status(api, id, "ACTIVE");
  }

  private int status(Api api, String id, String status) {
    api.patch("/campaigns/" + Api.encode(id), Api.JSON.createObjectNode().put("status", status));
    spec.commandLine().getOut().println(id + " is " + status);
    return 0;
  }
}
