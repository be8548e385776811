package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code report}: what was delivered and what it cost. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "What was delivered and what it cost; amounts in micros of the row's currency.")
final class ReportCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Api api;

  @Option(
      names = "--from",
      defaultValue = "today",
      description = "First instant: RFC 3339, a date, today or yesterday (${DEFAULT-VALUE}).")
  private String from;

  @Option(names = "--to", description = "First instant no longer counted; default now.")
  private String to;

  @Option(
      names = "--by",
      split = ",",
      defaultValue = "campaign",
      description =
          "Groupings: advertiser, campaign, lineItem, creative, supplyPartner, demandPartner, deal,"
              + " country, deviceType, hour, day (${DEFAULT-VALUE}).")
  private List<String> by;

  @Option(
      names = "--filter",
      split = ",",
      description = "Such as campaignId:1042,country:USA; repeatable.")
  private List<String> filter;

  @Option(
      names = "--tz",
      defaultValue = "UTC",
      description = "IANA zone of days (${DEFAULT-VALUE}).")
  private String timeZone;

  @Option(
      names = "--format",
      paramLabel = "FORM",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}")
  private Table.Form format;

  @Override
  public void run() {
    StringBuilder path = new StringBuilder("/reports/delivery?from=").append(Api.encode(from));
    if (to != null) {
      path.append("&to=").append(Api.encode(to));
    }
    path.append("&groupBy=").append(Api.encode(String.join(",", by)));
    if (filter != null) {
      path.append("&filter=").append(Api.encode(String.join(",", filter)));
    }
    path.append("&tz=").append(Api.encode(timeZone));
    ArrayNode rows = api.list(path.toString());
    Table.print(rows, columns(rows), format, spec.commandLine().getOut());
  }

  /** Columns of a row stand in the order in which the report sends them. */
  private static List<String> columns(ArrayNode rows) {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode row : rows) {
      row.fieldNames().forEachRemaining(names::add);
    }
    return names.isEmpty() ? List.of("impressions", "spendMicros") : new ArrayList<>(names);
  }
}
