package io.adplatform.standalone;

import io.adplatform.servers.LeftOver;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.ServerFolders;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code status}: what runs on a data folder, and how it is. Looks from outside; asks nothing of
 * the launcher.
 */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows the exchange on a data folder: processes, ports, readiness.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all of it is ready",
      "1:it runs, but something is not ready",
      "3:it does not run"
    })
final class StatusCommand implements Callable<Integer> {
  private static final int DEGRADED = 1;
  private static final int NOT_RUNNING = 3;

  @Mixin private DataOption data;

  @Override
  public Integer call() throws InterruptedException {
    Path root = data.folder();
    if (!Files.isDirectory(root.resolve("run"))) {
      System.out.println("No exchange has ever run on " + root);
      return NOT_RUNNING;
    }
    ServerFolders folders = new ServerFolders(root);
    Properties ports = DataFolder.lastPorts(folders);
    Optional<LeftOver> launcher = LeftOver.find(folders.pid(DataFolder.LAUNCHER));
    boolean allRun = true;
    row("NAME", "PID", "PORT", "STATE");
    row("launcher", pid(launcher), "", launcher.isPresent() ? "running" : "not running");
    for (Map.Entry<String, Path> server : LeftOvers.pidFiles(folders).entrySet()) {
      allRun &= showServer(server.getKey(), server.getValue(), ports);
    }
    if (launcher.isEmpty()) {
      System.out.println("Start it with ./adplatform up --data " + root);
      return NOT_RUNNING;
    }
    boolean ready = showReadiness("data", ports) & showReadiness("api", ports);
    return ready && allRun ? 0 : DEGRADED;
  }

  private static boolean showServer(String name, Path pidFile, Properties ports) {
    Optional<LeftOver> process = LeftOver.find(pidFile);
    String port = ports.getProperty(name, "");
    boolean listens = !port.isEmpty() && !LoopbackPorts.isFree(Integer.parseInt(port));
    String state =
        process.isEmpty() ? "not running" : listens || port.isEmpty() ? "running" : "starting";
    row(name, pid(process), port, state);
    return state.equals("running");
  }

  private static boolean showReadiness(String name, Properties ports) throws InterruptedException {
    String port = ports.getProperty(name, "0");
    String url =
        UpConfig.localUrl(ports.getProperty(DataFolder.HOST, "localhost"), Integer.parseInt(port));
    RestClient.Answer answer = new RestClient(url, "").tryGet(url + "/readyz");
    boolean ready = answer.status() == RestClient.OK;
    System.out.println();
    System.out.println(
        name
            + " port "
            + port
            + ": "
            + (ready ? "ready" : answer.status() == 0 ? "no answer" : "not ready"));
    System.out.print(details(answer.body()));
    return ready;
  }

  /** One line per check of a readiness document; the text as it is where it is none. */
  private static String details(String body) {
    StringBuilder lines = new StringBuilder();
    try {
      JsonObject document = new JsonObject(body);
      Object checks = document.getValue("checks");
      if (!(checks instanceof JsonObject named)) {
        return "  " + body + "\n";
      }
      for (String check : named.fieldNames()) {
        lines.append(String.format(Locale.ROOT, "  %-18s %s%n", check, named.getValue(check)));
      }
      return lines.toString();
    } catch (DecodeException e) {
      return body == null || body.isBlank() ? "" : "  " + body + "\n";
    }
  }

  private static String pid(Optional<LeftOver> process) {
    return process.map(found -> Long.toString(found.pid())).orElse("-");
  }

  private static void row(String name, String pid, String port, String state) {
    System.out.println(String.format(Locale.ROOT, "%-18s %8s %6s  %s", name, pid, port, state));
  }
}
