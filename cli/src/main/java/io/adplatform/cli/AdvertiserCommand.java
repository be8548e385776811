package io.adplatform.cli;

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
}
