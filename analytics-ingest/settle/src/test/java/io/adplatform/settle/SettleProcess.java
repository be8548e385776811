package io.adplatform.settle;

import io.adplatform.servers.JavaCommand;
import io.adplatform.servers.LoopbackPorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The job in a process of its own, with this test's class path. */
final class SettleProcess implements AutoCloseable {
  private static final long START_MILLIS = 180_000;

  private final Process process;
  private final int port;
  private final Path log;

  private SettleProcess(Process process, int port, Path log) {
    this.log = log;
    this.process = process;
    this.port = port;
  }

  static SettleProcess start(String bootstrap, Path folder, String prefix, String... more)
      throws IOException {
    int port = LoopbackPorts.free();
    List<String> line = new ArrayList<>();
    line.add(JavaCommand.java().toString());
    line.addAll(JavaCommand.flags());
    line.addAll(List.of("-Xmx384m", "-cp", System.getProperty("java.class.path")));
    line.add(SettleJob.class.getName());
    line.addAll(List.of("--kafka", bootstrap, "--path", folder.toString()));
    line.addAll(List.of("--port", Integer.toString(port)));
    line.addAll(List.of("--events", prefix + "events", "--settled", prefix + "settled"));
    line.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    Path log = Path.of("target", "settle-job-" + port + ".log");
    builder.redirectOutput(log.toFile());
    return new SettleProcess(builder.start(), port, log);
  }

  /** Waits until a checkpoint of this run is complete. */
  void awaitReady() throws Exception {
    long deadline = System.currentTimeMillis() + START_MILLIS;
    while (status("/readyz") != 200) {
      if (!process.isAlive() || System.currentTimeMillis() > deadline) {
        throw new AssertionError("the job is not ready");
      }
      Thread.sleep(50);
    }
  }

  /** Waits until it ends by itself; its exit code. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(START_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new AssertionError("the job does not end");
    }
    return process.exitValue();
  }

  /** What it has logged. */
  String log() throws IOException {
    return Files.readString(log);
  }

  /** The value of one line of its metrics. */
  long metric(String name) throws Exception {
    for (String line : get("/metrics").body().split("\n")) {
      if (line.startsWith(name + " ")) {
        return Long.parseLong(line.substring(name.length() + 1));
      }
    }
    throw new AssertionError("no metric " + name);
  }

  /** Ends it at once, as {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private int status(String path) throws InterruptedException {
    try {
      return get(path).statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://localhost:" + port + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
