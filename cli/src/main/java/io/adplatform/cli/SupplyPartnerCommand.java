package io.adplatform.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code supply-partner list | create}. */
@Command(
    name = "supply-partner",
    mixinStandardHelpOptions = true,
    description = "SSPs that send bid requests.",
    synopsisSubcommandLabel = "list | create")
final class SupplyPartnerCommand {
  @Spec private CommandSpec spec;

  @Command(mixinStandardHelpOptions = true, description = "Lists supply partners.")
  int list(
      @Mixin Api api,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    Table.print(
        api.list("/supply-partners"),
        List.of("id", "key", "name", "status", "billableEvent", "marginPercent"),
        format,
        spec.commandLine().getOut());
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Creates a supply partner; prints its id.")
  int create(
      @Mixin Api api,
      @Option(
              names = "--key",
              required = true,
              description = "Last part of its endpoint: /openrtb2/auction/KEY.")
          String key,
      @Option(names = "--name", required = true, paramLabel = "NAME") String name) {
    ObjectNode body =
        Api.JSON.createObjectNode().put("key", key).put("name", name).put("status", "ACTIVE");
    spec.commandLine().getOut().println(api.post("/supply-partners", body).path("id").asText());
    return 0;
  }
}
