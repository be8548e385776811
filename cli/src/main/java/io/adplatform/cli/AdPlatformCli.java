package io.adplatform.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./adplatform}: all commands that speak to a running exchange. */
@Command(
    name = "adplatform",
    mixinStandardHelpOptions = true,
    version = "adplatform 0.1.0",
    description = "Campaigns, reports and decisions of a running exchange.",
    footer = {
      "",
      "up, down, status and doctor start, end and look at the exchange itself: ./adplatform up"
          + " --help"
    },
    subcommands = {
      AdvertiserCommand.class,
      FundsCommand.class,
      CampaignCommand.class,
      LineItemCommand.class,
      CreativeCommand.class,
      SupplyPartnerCommand.class,
      PartnerCommand.class,
      RatesCommand.class,
      ReportCommand.class,
      ExplainCommand.class,
      ReplayCommand.class,
      ReconcileCommand.class,
      BenchCommand.class
    })
public final class AdPlatformCli {
  private AdPlatformCli() {}

  /**
   * Exit code 0 when done, 1 when the exchange said no or is away, 2 for words that are not
   * understood.
   */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The commands, with failures as one line on standard error. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new AdPlatformCli());
    line.setExecutionExceptionHandler(
        (failure, failed, parsed) -> {
          if (!(failure instanceof ApiFailure)) {
            throw failure;
          }
          failed.getErr().println(failure.getMessage());
          return 1;
        });
    return line;
  }
}
