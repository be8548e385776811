package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code advertiser list | create}. */
@Command(
    name = "advertiser",
    mixinStandardHelpOptions = true,
    description = "Who pays for campaigns.",
    synopsisSubcommandLabel = "list | create")
final class AdvertiserCommand {
  @Spec private CommandSpec spec;

  @Command(mixinStandardHelpOptions = true, description = "Lists advertisers.")
  int list(
      @Mixin Api api,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    Table.print(
        api.list("/advertisers"),
        List.of("id", "name", "currency", "timeZone"),
        format,
        spec.commandLine().getOut());
    return 0;
  }

  @Command(mixinStandardHelpOptions = true, description = "Creates an advertiser; prints its id.")
  int create(
      @Mixin Api api,
      @Option(names = "--name", required = true, paramLabel = "NAME") String name,
      @Option(
              names = "--currency",
              defaultValue = "USD",
              description = "ISO 4217 (${DEFAULT-VALUE})")
          String currency,
      @Option(
              names = "--time-zone",
              defaultValue = "UTC",
              description = "IANA zone in which days of daily budgets run (${DEFAULT-VALUE})")
          String timeZone) {
    ObjectNode body =
        Api.JSON
            .createObjectNode()
            .put("name", name)
            .put("currency", currency)
            .put("timeZone", timeZone);
    spec.commandLine().getOut().println(api.post("/advertisers", body).path("id").asText());
    return 0;
  }

  /** The advertiser that was given; without one the only one there is. */
  static String givenOrOnly(Api api, String given) {
    if (given != null) {
      return given;
    }
    ArrayNode all = api.list("/advertisers");
    if (all.isEmpty()) {
      throw new ApiFailure(
          "there is no advertiser yet: ./adplatform advertiser create --name NAME");
    }
    if (all.size() > 1) {
      StringBuilder text = new StringBuilder("say which advertiser with --advertiser ID:");
      for (JsonNode one : all) {
        text.append("\n  ").append(one.path("id").asText()).append("  ");
        text.append(one.path("name").asText());
      }
      throw new ApiFailure(text.toString());
    }
    return all.path(0).path("id").asText();
  }
}
