package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code partner list | create | pause | resume | test}. */
@Command(
    name = "partner",
    mixinStandardHelpOptions = true,
    description = "DSPs that are asked for bids over OpenRTB (operators).",
    synopsisSubcommandLabel = "list | create | pause | resume | test")
final class PartnerCommand {
  private static final String PATH = "/demand-partners";

  @Spec private CommandSpec spec;

  @Command(mixinStandardHelpOptions = true, description = "Lists demand partners.")
  int list(
      @Mixin Api api,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    Table.print(
        api.list(PATH),
        List.of(
            "id",
            "name",
            "status",
            "endpoint",
            "protocol",
            "currency",
            "timeoutMillis",
            "queriesPerSecond",
            "marginPercent"),
        format,
        spec.commandLine().getOut());
    return 0;
  }

  /**
   * A header that the partner wants; the value in a file, since arguments can be seen by others.
   */
  private static final class Auth {
    @Option(
        names = "--auth-header",
        required = true,
        paramLabel = "NAME",
        description = "A header that is sent with each request.")
    private String name;

    @Option(
        names = "--auth-value-file",
        required = true,
        paramLabel = "FILE",
        description = "A file that holds its value.")
    private Path file;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Creates a demand partner that is PAUSED; prints its id. Test it, then resume.")
  int create(
      @Mixin Api api,
      @Option(names = "--name", required = true, paramLabel = "NAME") String name,
      @Option(names = "--endpoint", required = true, paramLabel = "URL") String endpoint,
      @Option(
              names = "--protocol",
              paramLabel = "VERSION",
              description = "OPENRTB_2_5 or OPENRTB_2_6 (default).")
          String protocol,
      @Option(names = "--timeout", paramLabel = "MILLIS") Integer timeout,
      @Option(names = "--qps", paramLabel = "N", description = "Queries per second.") Integer qps,
      @Option(names = "--currency", paramLabel = "CODE", description = "It bids in; default USD.")
          String currency,
      @Option(names = "--seat", paramLabel = "SEAT", description = "Repeatable; default any.")
          List<String> seats,
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              description = "banner, video, native; repeatable, default all.")
          List<String> formats,
      @Option(names = "--gzip", description = "Send requests compressed.") boolean gzip,
      @ArgGroup(exclusive = false) Auth auth) {
    ObjectNode body = Api.JSON.createObjectNode().put("name", name).put("endpoint", endpoint);
    body.put("status", "PAUSED").put("gzip", gzip);
    if (protocol != null) {
      body.put("protocol", protocol);
    }
    if (timeout != null) {
      body.put("timeoutMillis", timeout);
    }
    if (qps != null) {
      body.put("queriesPerSecond", qps);
    }
    if (currency != null) {
      body.put("currency", currency);
    }
    put(body, "seats", seats);
    put(body, "formats", formats);
    if (auth != null) {
      body.putObject("authHeader").put("name", auth.name).put("value", read(auth.file));
    }
    spec.commandLine().getOut().println(api.post(PATH, body).path("id").asText());
    return 0;
  }

  private static void put(ObjectNode body, String field, List<String> values) {
    if (values != null) {
      ArrayNode array = body.putArray(field);
      values.forEach(array::add);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new ApiFailure(file + " cannot be read: " + e.getMessage());
    }
  }

  @Command(mixinStandardHelpOptions = true, description = "Asks a partner no more.")
  int pause(@Mixin Api api, @Parameters(paramLabel = "ID") String id) {
    return status(api, id, "PAUSED");
  }

  @Command(mixinStandardHelpOptions = true, description = "Lets a paused partner be asked.")
  int resume(@Mixin Api api, @Parameters(paramLabel = "ID") String id) {
    return status(api, id, "ACTIVE");
  }

  private int status(Api api, String id, String status) {
    api.patch(PATH + "/" + Api.encode(id), Api.JSON.createObjectNode().put("status", status));
    spec.commandLine().getOut().println(id + " is " + status);
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = {
        "Sends a partner sample bid requests (test=1: nothing is billed) and judges its answers by"
            + " the rules that bids in auctions are held to. The exchange asks, not this machine."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:no rule was broken",
        "1:a rule was broken",
        "2:wrong usage, or an exchange that does not answer"
      })
  int test(
      @Mixin Api api,
      @Parameters(paramLabel = "ID") String id,
      @Option(
              names = "--region",
              paramLabel = "REGION",
              description = "Ask its endpoint for nodes of a region.")
          String region,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    try {
      String query = region == null ? "" : "?region=" + Api.encode(region);
      JsonNode report = api.run(PATH + "/" + Api.encode(id) + "/test" + query);
      print(report, format);
      return report.path("passed").asBoolean() ? 0 : 1;
    } catch (ApiFailure e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 2;
    }
  }

  private void print(JsonNode report, Table.Form format) {
    PrintWriter out = spec.commandLine().getOut();
    List<String> columns = List.of("rule", "section", "result", "checked", "requires", "detail");
    switch (format) {
      case json -> out.println(report.toPrettyString());
      case csv -> Table.print(report.path("rules"), columns, format, out);
      case table -> {
        out.printf(
            "%s, %s, region %s%n%n",
            report.path("endpoint").asText(),
            report.path("protocol").asText(),
            report.path("region").asText());
        Table.print(
            report.path("requests"),
            List.of("sample", "outcome", "status", "bids", "millis"),
            format,
            out);
        out.println();
        Table.print(report.path("rules"), columns, format, out);
        out.println();
        out.println(report.path("passed").asBoolean() ? "PASS" : "FAIL");
      }
    }
    out.flush();
  }
}
