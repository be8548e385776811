package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code funds list | top-up | terms | history}. */
@Command(
    name = "funds",
    mixinStandardHelpOptions = true,
    description = "What advertisers have paid ahead, owe and may owe.",
    synopsisSubcommandLabel = "list | top-up | terms | history")
final class FundsCommand {
  @Spec private CommandSpec spec;

  /** Whose money; the only advertiser's where there is one. */
  static final class Owner {
    @Option(
        names = "--advertiser",
        paramLabel = "ID",
        description = "Needed where there are several.")
    private String advertiser;

    String path(Api api) {
      return "/billing/advertisers/" + Api.encode(AdvertiserCommand.givenOrOnly(api, advertiser));
    }
  }

  /** What is agreed on; one of them. */
  static final class Terms {
    @Option(names = "--prepaid", description = "No more is spent than was paid ahead.")
    private boolean prepaid;

    @Option(
        names = "--credit",
        paramLabel = "AMOUNT",
        converter = Money.Reader.class,
        description = "No more is owed than this, such as 500.00.")
    private Money credit;

    @Option(names = "--unbounded", description = "Charges are owed without a limit.")
    private boolean unbounded;

    private void putInto(ObjectNode body) {
      if (credit != null) {
        body.put("terms", "CREDIT").put("creditLimitMicros", credit.micros());
      } else {
        body.put("terms", prepaid ? "PREPAID" : "UNBOUNDED");
      }
    }
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Lists what advertisers have, in micros of their currency.")
  int list(
      @Mixin Api api,
      @Option(names = "--advertiser", paramLabel = "ID", description = "Only this one.")
          String advertiser,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    ArrayNode rows = Api.JSON.createArrayNode();
    if (advertiser != null) {
      rows.add(terms(api, advertiser));
    } else {
      api.list("/advertisers").forEach(one -> rows.add(terms(api, one.path("id").asText())));
    }
    Table.print(
        rows,
        List.of(
            "advertiserId",
            "currency",
            "terms",
            "creditLimitMicros",
            "fundsMicros",
            "receivableMicros",
            "availableMicros",
            "leasedMicros",
            "freeMicros",
            "budget.totalMicros",
            "budget.dailyMicros"),
        format,
        spec.commandLine().getOut());
    return 0;
  }

  private static JsonNode terms(Api api, String advertiser) {
    return api.get("/billing/advertisers/" + Api.encode(advertiser) + "/terms");
  }

  @Command(
      name = "top-up",
      mixinStandardHelpOptions = true,
      description = "Books money that came in from an advertiser; prints the entry's id.")
  int topUp(
      @Mixin Api api,
      @Mixin Owner owner,
      @Option(
              names = "--amount",
              required = true,
              paramLabel = "AMOUNT",
              converter = Money.Reader.class,
              description = "In the advertiser's currency, such as 500.00.")
          Money amount,
      @Option(
              names = "--reference",
              required = true,
              paramLabel = "TEXT",
              description = "Such as the number of the transfer.")
          String reference) {
    String path = owner.path(api);
    ObjectNode body =
        Api.JSON
            .createObjectNode()
            .put("amountMicros", amount.micros())
            .put("currency", api.get(path + "/terms").path("currency").asText())
            .put("reference", reference);
    spec.commandLine().getOut().println(api.post(path + "/top-ups", body).path("id").asText());
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Agrees on terms of payment; prints what an advertiser may spend from then on.")
  int terms(
      @Mixin Api api,
      @Mixin Owner owner,
      @ArgGroup(exclusive = true) Terms terms,
      @Mixin Money.BudgetOptions budget,
      @Option(
              names = "--reason",
              required = true,
              paramLabel = "TEXT",
              description = "Is kept with the terms, such as the number of the contract.")
          String reason) {
    String path = owner.path(api) + "/terms";
    ObjectNode body = Api.JSON.createObjectNode().put("reason", reason);
    if (terms != null) {
      terms.putInto(body);
    }
    budget.putInto(body);
    body.put("currency", api.get(path).path("currency").asText());
    JsonNode agreed = api.patch(path, body);
    String free = agreed.path("freeMicros").asText();
    spec.commandLine()
        .getOut()
        .println(
            agreed.path("terms").asText()
                + ", version "
                + agreed.path("version").asText()
                + ": "
                + (agreed.hasNonNull("freeMicros") ? free + " micros are free" : "no bound"));
    return 0;
  }

  @Command(
      mixinStandardHelpOptions = true,
      description = "Lists all that was ever agreed with an advertiser.")
  int history(
      @Mixin Api api,
      @Mixin Owner owner,
      @Option(
              names = "--format",
              paramLabel = "FORM",
              defaultValue = "table",
              description = "${COMPLETION-CANDIDATES}")
          Table.Form format) {
    Table.print(
        api.list(owner.path(api) + "/terms/history"),
        List.of(
            "version",
            "setAt",
            "terms",
            "creditLimitMicros",
            "budget.totalMicros",
            "budget.dailyMicros",
            "author.apiKeyId",
            "reason"),
        format,
        spec.commandLine().getOut());
    return 0;
  }
}
