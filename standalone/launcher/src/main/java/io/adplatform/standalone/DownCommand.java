package io.adplatform.standalone;

import io.adplatform.servers.LeftOver;
import io.adplatform.servers.ServerFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code down}: ends the {@code up} that runs on a data folder, and whatever a killed one left
 * behind.
 */
@Command(
    name = "down",
    mixinStandardHelpOptions = true,
    description = "Stops the exchange on a data folder in order, losing nothing.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing runs on the folder any more", "1:it could not be stopped"})
final class DownCommand implements Callable<Integer> {
  /** The services' and servers' own times to end, added up, and some. */
  private static final Duration LAUNCHER_GRACE = Duration.ofSeconds(90);

  @Mixin private DataOption data;

  @Override
  public Integer call() throws InterruptedException {
    Path root = data.folder();
    if (!Files.isDirectory(root.resolve("run"))) {
      System.out.println("No exchange runs on " + root);
      return 0;
    }
    ServerFolders folders = new ServerFolders(root);
    Optional<LeftOver> launcher = LeftOver.find(folders.pid(DataFolder.LAUNCHER));
    if (launcher.isPresent()) {
      System.out.println(
          "Stopping the exchange on " + root + " (pid " + launcher.get().pid() + ")");
      launcher.get().end("TERM", LAUNCHER_GRACE);
    }
    int ended = LeftOvers.end(folders, line -> System.out.println("  ! " + line));
    System.out.println(
        launcher.isPresent() || ended > 0 ? "Stopped." : "No exchange runs on " + root);
    return 0;
  }
}
