package io.adplatform.standalone;

import io.adplatform.servers.LeftOver;
import io.adplatform.servers.ServerFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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

  private static final Duration SERVER_GRACE = Duration.ofSeconds(20);

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
    int ended = endLeftOvers(folders);
    System.out.println(
        launcher.isPresent() || ended > 0 ? "Stopped." : "No exchange runs on " + root);
    return 0;
  }

  private static int endLeftOvers(ServerFolders folders) throws InterruptedException {
    int ended = 0;
    for (Path file : pidFiles(folders)) {
      Optional<LeftOver> server = LeftOver.find(file);
      if (server.isPresent()) {
        String name = file.getFileName().toString().replace(".pid", "");
        System.out.println(
            "Ending a " + name + " that was left over (pid " + server.get().pid() + ")");
        server.get().end(name.equals("postgres") ? "INT" : "TERM", SERVER_GRACE);
        ended++;
      }
    }
    return ended;
  }

  /** The pid files of the children, in the order of their names. */
  static List<Path> pidFiles(ServerFolders folders) {
    Path launcher = folders.pid(DataFolder.LAUNCHER);
    try (Stream<Path> files = Files.list(launcher.getParent())) {
      return files
          .filter(file -> file.toString().endsWith(".pid") && !file.equals(launcher))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
