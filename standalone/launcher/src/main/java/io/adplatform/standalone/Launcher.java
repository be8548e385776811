package io.adplatform.standalone;

import io.adplatform.runtime.config.SettingsException;
import io.adplatform.servers.ServerException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry of {@code up}, {@code status} and {@code down}. */
@Command(
    name = "adplatform",
    mixinStandardHelpOptions = true,
    description = "Starts, shows and stops an exchange on this machine.",
    subcommands = {UpCommand.class, StatusCommand.class, DownCommand.class})
public final class Launcher {
  private Launcher() {}

  /**
   * Exit code 0 when done, 1 with one line when it cannot be, 2 for words that are not understood.
   */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The commands, with what goes wrong as one line on standard error. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Launcher());
    line.setExecutionExceptionHandler(
        (failure, failed, parsed) -> {
          failed.getErr().println(oneLine(failure));
          return 1;
        });
    return line;
  }

  private static String oneLine(Exception failure) {
    if (failure instanceof LaunchException
        || failure instanceof ServerException
        || failure instanceof SettingsException) {
      return failure.getMessage();
    }
    LoggerFactory.getLogger(Launcher.class).error("ended by what nobody expected", failure);
    String log = System.getProperty("adplatform.log");
    return "Cannot go on: "
        + failure.toString().lines().findFirst().orElse("")
        + (log == null ? "" : " (log: " + log + ")");
  }
}
