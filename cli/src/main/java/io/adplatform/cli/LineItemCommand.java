package io.adplatform.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code line-item list | create | pause | resume | serving}. */
@Command(
    name = "line-item",
    mixinStandardHelpOptions = true,
    description = "What is bid, for whom, with which creatives.",
    synopsisSubcommandLabel = "list | create | pause | resume | serving")
final class LineItemCommand {
  @Spec private CommandSpec spec;

  /** What is bid, and for what: one of them. */
  static final class Bid {
    @Option(
        names = "--cpm",
        paramLabel = "AMOUNT",
        converter = Money.Reader.class,
        description = "Bid per thousand impressions, such as 2.50.")
    private Money cpm;

    @Option(
        names = "--cpc",
        paramLabel = "AMOUNT",
        converter = Money.Reader.class,
        description = "Bid per click, such as 0.40.")
    private Money cpc;

    @Option(
        names = "--vcpm",
        paramLabel = "AMOUNT",
        converter = Money.Reader.class,
        description = "Bid per thousand viewable impressions.")
    private Money vcpm;

    @Option(
        names = "--cpa",
        paramLabel = "AMOUNT",
        converter = Money.Reader.class,
        description = "Bid per conversion, such as 12.00.")
    private Money cpa;

    private void putInto(ObjectNode body) {
      put(body, "CPM", cpm);
      put(body, "CPC", cpc);
      put(body, "VCPM", vcpm);
      put(body, "CPA", cpa);
    }

    private static void put(ObjectNode body, String model, Money amount) {
      if (amount != null) {
        body.putObject("bid").put("model", model).put("amountMicros", amount.micros());
      }
    }
  }

  @Command(mixinStandardHelpOptions = true, description = "Lists line items.")
  int list(
      @Mixin Api api,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    Table.print(
        api.list("/line-items"),
        List.of(
            "id",
            "campaignId",
            "name",
            "status",
            "bid.model",
            "bid.amountMicros",
            "budget.totalMicros",
            "budget.dailyMicros"),
        format,
        spec.commandLine().getOut());
    return 0;
  }

  @Command(mixinStandardHelpOptions = true, description = "Creates a line item; prints its id.")
  int create(
      @Mixin Api api,
      @Option(names = "--campaign", required = true, paramLabel = "ID") String campaign,
      @Option(names = "--name", required = true, paramLabel = "NAME") String name,
      @ArgGroup(multiplicity = "1") Bid bid,
      @Option(names = "--creative", required = true, paramLabel = "ID", description = "Repeatable.")
          List<String> creatives,
      @Option(
              names = "--include",
              paramLabel = "ATTRIBUTE=VALUE",
              description =
                  "Such as country=USA or deviceType=PHONE; repeatable, values separated by"
                      + " commas.")
          List<String> include,
      @Option(names = "--exclude", paramLabel = "ATTRIBUTE=VALUE", description = "As --include.")
          List<String> exclude,
      @Option(
              names = "--targeting",
              paramLabel = "JSON",
              description = "The whole targeting as JSON, with day-parts.")
          String targeting,
      @Option(
              names = "--frequency-cap",
              paramLabel = "IMPRESSIONS/SECONDS",
              description = "At most so many to one user in so many seconds; repeatable.")
          List<String> frequencyCaps,
      @Mixin Money.BudgetOptions budget) {
    ObjectNode body = Api.JSON.createObjectNode().put("name", name).put("status", "ACTIVE");
    bid.putInto(body);
    ArrayNode ids = body.putArray("creativeIds");
    creatives.forEach(ids::add);
    budget.putInto(body);
    if (frequencyCaps != null) {
      ArrayNode caps = body.putArray("frequencyCaps");
      frequencyCaps.forEach(cap -> caps.add(frequencyCap(cap)));
    }
    if (targeting != null && (include != null || exclude != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--targeting is the whole targeting: leave --include and --exclude out");
    }
    body.set("targeting", targeting == null ? targeting(include, exclude) : parsed(targeting));
    spec.commandLine()
        .getOut()
        .println(
            api.post("/campaigns/" + Api.encode(campaign) + "/line-items", body)
                .path("id")
                .asText());
    return 0;
  }

  @Command(mixinStandardHelpOptions = true, description = "Stops a line item from bidding.")
  int pause(@Mixin Api api, @Parameters(paramLabel = "ID") String id) {
    return status(api, id, "PAUSED");
  }

  @Command(mixinStandardHelpOptions = true, description = "Lets a paused line item bid again.")
  int resume(@Mixin Api api, @Parameters(paramLabel = "ID") String id) {
    return status(api, id, "ACTIVE");
  }

  @Command(mixinStandardHelpOptions = true, description = "Says whether it serves, and if not why.")
  int serving(@Mixin Api api, @Parameters(paramLabel = "ID") String id) {
    JsonNode serving = api.get("/line-items/" + Api.encode(id) + "/serving");
    PrintWriter out = spec.commandLine().getOut();
    out.println(serving.path("serving").asBoolean() ? "serving" : "not serving");
    for (JsonNode reason : serving.path("reasons")) {
      out.println("  " + reason.path("code").asText() + ": " + reason.path("detail").asText());
    }
    out.println(serving.toPrettyString());
    return 0;
  }

  private int status(Api api, String id, String status) {
    api.patch("/line-items/" + Api.encode(id), Api.JSON.createObjectNode().put("status", status));
    spec.commandLine().getOut().println(id + " is " + status);
    return 0;
  }

  private JsonNode parsed(String targeting) {
    try {
      return Api.JSON.readTree(targeting);
    } catch (JsonProcessingException e) {
      throw new ParameterException(
          spec.commandLine(), "--targeting is not JSON: " + e.getOriginalMessage());
    }
  }

  private ObjectNode frequencyCap(String text) {
    String[] parts = text.split("/");
    try {
      if (parts.length == 2) {
        return Api.JSON
            .createObjectNode()
            .put("impressions", Integer.parseInt(parts[0]))
            .put("perSeconds", Integer.parseInt(parts[1]));
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ParameterException(
        spec.commandLine(),
        "--frequency-cap takes impressions and seconds, such as 3/86400: " + text);
  }

  private ObjectNode targeting(List<String> include, List<String> exclude) {
    ObjectNode targeting = Api.JSON.createObjectNode();
    put(targeting, "include", include);
    put(targeting, "exclude", exclude);
    return targeting;
  }

  /** An attribute that is given twice has the values of both. */
  private void put(ObjectNode targeting, String name, List<String> attributes) {
    if (attributes != null) {
      ObjectNode into = targeting.putObject(name);
      for (String attribute : attributes) {
        int equals = attribute.indexOf('=');
        if (equals <= 0 || equals == attribute.length() - 1) {
          throw new ParameterException(
              spec.commandLine(),
              "--"
                  + name
                  + " takes an attribute and its values, such as country=USA,CAN: "
                  + attribute);
        }
        ArrayNode values = into.withArray("/" + attribute.substring(0, equals));
        for (String value : attribute.substring(equals + 1).split(",")) {
          values.add(value);
        }
      }
    }
  }
}
