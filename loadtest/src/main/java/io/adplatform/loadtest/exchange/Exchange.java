package io.adplatform.loadtest.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adplatform.servers.LoopbackPorts;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * The exchange as an operator holds it: {@code ./adplatform up} and {@code down} on one data
 * folder, and {@code kill -9} of all of it.
 */
public final class Exchange {
  /** A first start unpacks servers; a newcomer's machine may be slow. */
  private static final Duration START_BOUND = Duration.ofMinutes(4);

  private static final Duration STOP_BOUND = Duration.ofMinutes(2);
  private static final Duration COMMAND_BOUND = Duration.ofMinutes(2);
  private static final JsonMapper JSON = new JsonMapper();

  private final Path home;
  private final Path data;
  private final Path log;
  private final int port;
  private final int apiPort;
  private final List<String> options;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private Process launcher;

  /** On free ports; {@code options} are passed to {@code up} as they are. */
  public Exchange(Path home, Path folder, List<String> options) {
    this.home = home;
    this.data = folder.resolve("data");
    this.log = folder.resolve("up.log");
    this.options = options;
    this.port = LoopbackPorts.free();
    int other = LoopbackPorts.free();
    while (other == port) {
      other = LoopbackPorts.free();
    }
    this.apiPort = other;
  }

  /** Starts it and waits until both ports are ready; how long that took. */
  public Duration up() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("adplatform").toString(),
                "up",
                "--data",
                data.toString(),
                "--port",
                Integer.toString(port),
                "--api-port",
                Integer.toString(apiPort)));
    command.addAll(options);
    long start = System.nanoTime();
    launcher =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    while (!(Files.exists(credentialsFile()) && isReady(port) && isReady(apiPort))) {
      long spent = System.nanoTime() - start;
      if (!launcher.isAlive() || spent > START_BOUND.toNanos()) {
        throw new IllegalStateException(
            "up did not become ready"
                + (launcher.isAlive() ? "" : ", exit code " + launcher.exitValue())
                + "; it printed:\n"
                + Files.readString(log));
      }
      Thread.sleep(100);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** The process that was started, with the services in it. */
  public ProcessHandle launcher() {
    return launcher.toHandle();
  }

  /** What {@code up} has printed, over all starts. */
  public String printed() throws IOException {
    return Files.readString(log);
  }

  /** {@code http://…} of the data port. */
  public String dataAddress() {
    return "http://localhost:" + port;
  }

  /** {@code http://…} of the API port. */
  public String apiAddress() {
    return "http://localhost:" + apiPort;
  }

  /** The data folder, for commands that are told where to look. */
  public String dataFolder() {
    return data.toString();
  }

  /** The key that {@code up} left for the command line. */
  public String apiKey() throws IOException {
    return JSON.readTree(credentialsFile().toFile()).path("apiKey").textValue();
  }

  /**
   * The catalogue version that auctions run on, as the data port's readiness tells; 0 where it does
   * not yet.
   */
  public long catalogueVersion() throws IOException, InterruptedException {
    JsonNode found =
        JSON.readTree(get("http://localhost:" + port + "/readyz").body())
            .findValue("catalogueVersion");
    return found == null ? 0 : found.asLong();
  }

  /** Ends every process of it at once, as a power cut would. */
  public void kill() throws InterruptedException {
    kill(processes());
  }

  /** The same of processes that were looked for before, and so at once. */
  public void kill(List<ProcessHandle> all) throws InterruptedException {
    all.forEach(ProcessHandle::destroyForcibly);
    List<ProcessHandle> left = leftOf(all);
    if (!left.isEmpty()) {
      throw new IllegalStateException(
          "after kill -9 and " + STOP_BOUND.toSeconds() + " s still there: " + left);
    }
  }

  /**
   * Ends the launcher alone with {@code kill -9}; which of the processes it had started are left
   * when they had time to notice.
   */
  public List<ProcessHandle> killLauncher() throws InterruptedException {
    List<ProcessHandle> all = processes();
    launcher.destroyForcibly();
    return leftOf(all);
  }

  /** A clean stop from elsewhere; which of its processes were left after it. */
  public List<ProcessHandle> down() throws IOException, InterruptedException {
    List<ProcessHandle> all = processes();
    Printed printed = command(Map.of(), "down", "--data", data.toString());
    if (printed.code() != 0) {
      throw new IllegalStateException("down ended with " + printed.code() + ": " + printed);
    }
    return leftOf(all);
  }

  /** All that is running of it. */
  public List<ProcessHandle> processes() {
    List<ProcessHandle> all = new ArrayList<>(launcher.descendants().toList());
    all.add(launcher.toHandle());
    return all;
  }

  /** Waits for the end of processes; those that are alive after the bound. */
  private static List<ProcessHandle> leftOf(List<ProcessHandle> processes)
      throws InterruptedException {
    long start = System.nanoTime();
    List<ProcessHandle> left = processes;
    while (!left.isEmpty() && System.nanoTime() - start < STOP_BOUND.toNanos()) {
      Thread.sleep(20);
      left = left.stream().filter(ProcessHandle::isAlive).toList();
    }
    return left;
  }

  /** Whether it runs. */
  public boolean isUp() {
    return launcher != null && launcher.isAlive();
  }

  /**
   * What a command of {@code ./adplatform} answered.
   *
   * @param out its standard output
   * @param err its standard error
   */
  public record Printed(int code, String out, String err) {}

  /**
   * Runs another command of {@code ./adplatform} in the folder beside the data.
   *
   * @param environment set besides what is there
   */
  public Printed command(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(home.resolve("adplatform").toString()));
    command.addAll(List.of(arguments));
    Path out = log.resolveSibling("command.out");
    Path err = log.resolveSibling("command.err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(data.getParent().toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(COMMAND_BOUND.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(
          String.join(" ", command) + " did not end within " + COMMAND_BOUND.toSeconds() + " s");
    }
    return new Printed(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** The port that {@code up} gave to one of the servers it started. */
  public int serverPort(String name) throws IOException {
    return Integer.parseInt(ports().getProperty(name));
  }

  private Properties ports() throws IOException {
    Properties ports = new Properties();
    try (Reader reader = Files.newBufferedReader(data.resolve("run/ports"))) {
      ports.load(reader);
    }
    return ports;
  }

  /**
   * What the exchange counts: the sums over all labels, by name, of what its API port and those
   * parts that have a port of their own tell now.
   *
   * @throws IOException where one of them does not answer
   */
  public Map<String, Double> metrics() throws IOException, InterruptedException {
    Map<String, Double> sums = new HashMap<>();
    List<Integer> asked = new ArrayList<>(List.of(apiPort));
    for (String part : List.of("settle", "billing-service", "analytics-ingest")) {
      if (ports().containsKey(part)) {
        asked.add(serverPort(part));
      }
    }
    for (int of : asked) {
      for (String line : get("http://localhost:" + of + "/metrics").body().split("\n")) {
        int end = line.lastIndexOf(' ');
        if (end > 0 && !line.startsWith("#")) {
          sums.merge(
              line.substring(0, end).replaceFirst("\\{.*", ""),
              Double.valueOf(line.substring(end + 1)),
              Double::sum);
        }
      }
    }
    return sums;
  }

  /** A secret that {@code up} made for one of the servers it started. */
  public String secret(String name) throws IOException {
    return Files.readString(data.resolve("secrets").resolve(name)).strip();
  }

  private Path credentialsFile() {
    return data.resolve("credentials.json");
  }

  private boolean isReady(int onPort) throws InterruptedException {
    try {
      return get("http://localhost:" + onPort + "/readyz").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpResponse<String> get(String address) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(5)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
