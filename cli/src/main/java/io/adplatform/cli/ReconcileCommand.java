package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reconcile}: whether the books of a day agree. */
@Command(
    name = "reconcile",
    mixinStandardHelpOptions = true,
    description = {
      "Compares a day (UTC) of settled events with the report, the ledger and the figures of supply"
          + " partners, by hour and line item, and tells every difference to the micro with its"
          + " cause. An operator's key is needed.",
      "",
      "A partner's figures are CSV with the header"
          + " hour,line_item_id,impressions,amount,currency (or cid, or crid, in place of"
          + " line_item_id): hours as 2026-11-20T13:00:00Z, amounts in units such as 12.345678."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the sources are equal, or every difference is explained",
      "1:there are faults, or differences without a known cause",
      "2:wrong usage, a file that is refused, or an exchange that does not answer"
    })
final class ReconcileCommand implements Callable<Integer> {
  /** Differences that a table shows; csv and json have all. */
  private static final int MOST_SHOWN = 50;

  private static final List<String> FIGURES =
      List.of("impressions", "spendMicros", "supplyCostMicros", "overDeliveryMicros");

  @Spec private CommandSpec spec;
  @Mixin private Api api;

  @Option(
      names = "--date",
      required = true,
      paramLabel = "DAY",
      description = "The day, such as 2026-11-20, today or yesterday.")
  private String date;

  /** A partner's file, and whose it is. */
  private static final class Partner {
    @Option(
        names = "--partner",
        required = true,
        paramLabel = "ID",
        description = "The supply partner whose figures the file has: its id or its key.")
    private String partner;

    @Option(
        names = "--file",
        required = true,
        paramLabel = "FILE",
        description = "Its figures of the day; they take the place of those it had.")
    private Path file;
  }

  @ArgGroup(exclusive = false)
  private Partner figures;

  @Option(
      names = "--all",
      description = "Show explained differences one by one as well; csv and json always have them.")
  private boolean all;

  @Option(
      names = "--format",
      paramLabel = "FORM",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}")
  private Table.Form format;

  @Override
  public Integer call() {
    LocalDate day = day();
    try {
      if (figures != null) {
        send(day);
      }
      JsonNode run = api.put("/billing/reconciliations/" + day);
      print(run, api.list("/billing/reconciliations/" + day + "/differences"));
      return run.path("unexplained").asLong() == 0 ? 0 : 1;
    } catch (ApiFailure e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 2;
    }
  }

  private LocalDate day() {
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    try {
      return switch (date) {
        case "today" -> today;
        case "yesterday" -> today.minusDays(1);
        default -> LocalDate.parse(date);
      };
    } catch (DateTimeException e) {
      throw new ParameterException(
          spec.commandLine(), "--date takes a day such as 2026-11-20, today or yesterday: " + date);
    }
  }

  private void send(LocalDate day) {
    byte[] csv;
    try {
      csv = Files.readAllBytes(figures.file);
    } catch (IOException e) {
      throw new ApiFailure(figures.file + " cannot be read: " + e.getMessage());
    }
    api.putCsv("/billing/supply-partners/" + partnerId() + "/figures/" + day, csv);
  }

  private String partnerId() {
    if (figures.partner.matches("[1-9][0-9]*")) {
      return figures.partner;
    }
    for (JsonNode partner : api.list("/supply-partners")) {
      if (partner.path("key").asText().equals(figures.partner)) {
        return partner.path("id").asText();
      }
    }
    throw new ApiFailure("there is no supply partner with the key " + figures.partner);
  }

  private void print(JsonNode run, ArrayNode differences) {
    PrintWriter out = spec.commandLine().getOut();
    switch (format) {
      case json -> {
        ObjectNode document = run.deepCopy();
        out.println(document.set("items", differences).toPrettyString());
        out.flush();
      }
      case csv -> Table.print(differences, columns(differences, "detail"), format, out);
      case table -> printTables(run, differences, out);
    }
  }

  private void printTables(JsonNode run, ArrayNode differences, PrintWriter out) {
    List<String> columns = new ArrayList<>(List.of("source", "supplyPartnerId", "currency"));
    columns.addAll(FIGURES);
    Table.print(run.path("sources"), columns, format, out);
    out.println();
    if (run.path("differences").asLong() == 0) {
      out.println("No difference in " + run.path("cells") + " hours by line item and partner.");
    } else {
      columns =
          new ArrayList<>(List.of("between", "cause", "explained", "differences", "currency"));
      columns.addAll(FIGURES);
      Table.print(run.path("causes"), columns, format, out);
      printDifferences(differences, out);
    }
    if (!run.path("complete").asBoolean()) {
      out.println("The day is not over, or not everything has caught up: compare it again later.");
    }
    long unexplained = run.path("unexplained").asLong();
    if (unexplained > 0) {
      out.printf(
          "%d differences are faults or have no known cause: %d micros.%n",
          unexplained, run.path("unexplainedMicros").asLong());
    }
    out.flush();
  }

  private void printDifferences(ArrayNode differences, PrintWriter out) {
    ArrayNode shown = Api.JSON.createArrayNode();
    long hidden = 0;
    for (JsonNode one : differences) {
      if (!all && one.path("explained").asBoolean()) {
        continue;
      }
      if (shown.size() < MOST_SHOWN) {
        shown.add(one);
      } else {
        hidden++;
      }
    }
    if (!shown.isEmpty()) {
      out.println();
      Table.print(shown, columns(shown, "detail"), format, out);
    }
    if (hidden > 0) {
      out.println("and " + hidden + " more: --format csv has all");
    }
    out.println();
  }

  /** What rows name differs with what a partner's file names. */
  private static List<String> columns(ArrayNode rows, String last) {
    List<String> columns = new ArrayList<>(List.of("hour"));
    for (String id : List.of("lineItemId", "campaignId", "creativeId")) {
      for (JsonNode row : rows) {
        if (row.has(id)) {
          columns.add(id);
          break;
        }
      }
    }
    columns.addAll(List.of("supplyPartnerId", "currency", "between", "cause"));
    columns.addAll(FIGURES);
    columns.add(last);
    return columns;
  }
}
