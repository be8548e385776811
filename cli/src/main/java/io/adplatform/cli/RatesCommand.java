package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rates list | set}. */
@Command(
    name = "rates",
    mixinStandardHelpOptions = true,
    description = "What currencies are worth, by day (operators).",
    synopsisSubcommandLabel = "list | set")
final class RatesCommand {
  private static final String PATH = "/rate-tables";

  @Spec private CommandSpec spec;

  @Command(mixinStandardHelpOptions = true, description = "Lists rate tables.")
  int list(
      @Mixin Api api,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode table : api.list(PATH)) {
      ObjectNode row = table.deepCopy();
      rows.add(row.put("rates", table.path("unitsPerUsd").toString()));
    }
    Table.print(rows, List.of("id", "date", "rates"), format, spec.commandLine().getOut());
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Sets rates of a day; those of other currencies on that day stay.")
  int set(
      @Mixin Api api,
      @Option(
              names = "--date",
              paramLabel = "DAY",
              defaultValue = "today",
              description = "The day (UTC) from which they hold, such as 2026-11-22, or today.")
          String date,
      @Parameters(
              paramLabel = "CODE=RATE",
              arity = "1..*",
              description = "What a US dollar buys, such as EUR=0.92.")
          Map<String, String> rates) {
    String day = day(date);
    ObjectNode units = Api.JSON.createObjectNode();
    rates.forEach(units::put);
    String id = null;
    for (JsonNode table : api.list(PATH)) {
      if (table.path("date").asText().equals(day)) {
        id = table.path("id").asText();
      }
    }
    ObjectNode body = Api.JSON.createObjectNode();
    body.set("unitsPerUsd", units);
    JsonNode answer =
        id == null ? api.post(PATH, body.put("date", day)) : api.patch(PATH + "/" + id, body);
    spec.commandLine().getOut().println(answer.path("id").asText());
    return 0;
  }

  private String day(String date) {
    try {
      return date.equals("today")
          ? LocalDate.now(ZoneOffset.UTC).toString()
          : LocalDate.parse(date).toString();
    } catch (DateTimeException e) {
      throw new ParameterException(
          spec.commandLine(), "--date takes a day such as 2026-11-22, or today: " + date);
    }
  }
}
