package io.adplatform.clickhouse;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server as it is started in production: a process of its own, with libjsig preloaded. */
final class ServerProcess implements AutoCloseable {
  private static final int START_SECONDS = 120;
  private static final int STOP_SECONDS = 60;
  private static final Pattern SERVES =
      Pattern.compile("ClickHouse engine .* on http://127\\.0\\.0\\.1:([0-9]+) ");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  final int port;

  ServerProcess(Path path, String... options) throws IOException, InterruptedException {
    process = start(0, path, options);
    port = awaitPort();
  }

  static Process start(int port, Path path, String... options) throws IOException {
    String javaHome = System.getProperty("java.home");
    List<String> command = new ArrayList<>();
    command.add(javaHome + "/bin/java");
    command.addAll(List.of(System.getProperty("adplatform.jvm.flags").split(" ")));
    command.addAll(
        List.of(
            "-Xmx256m",
            "-Dadplatform.home=" + System.getProperty("adplatform.home"),
            "-cp",
            System.getProperty("java.class.path"),
            ClickHouseServer.class.getName(),
            "--port",
            Integer.toString(port),
            "--path",
            path.toString()));
    command.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LD_PRELOAD", javaHome + "/lib/libjsig.so");
    return builder.start();
  }

  /** The line that it serves names the port that it found. */
  private int awaitPort() throws IOException, InterruptedException {
    BufferedReader output = process.inputReader();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (System.nanoTime() < deadline) {
      String line = output.readLine();
      if (line == null) {
        throw new IOException("the server ended: " + process.waitFor());
      }
      Matcher serves = SERVES.matcher(line);
      if (serves.find()) {
        Thread.ofVirtual().start(() -> output.lines().forEach(ignored -> {}));
        return Integer.parseInt(serves.group(1));
      }
    }
    throw new IOException("the server did not start");
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  HttpResponse<String> post(String parameters, String body)
      throws IOException, InterruptedException {
    return send(parameters, body.getBytes(StandardCharsets.UTF_8));
  }

  HttpResponse<String> send(String parameters, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + "/?" + parameters))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  /** Runs a statement that must succeed; the result as tab-separated text. */
  String query(String sql) throws IOException, InterruptedException {
    HttpResponse<String> response = post("", sql);
    if (response.statusCode() != 200) {
      throw new IOException(response.body());
    }
    return response.body();
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** As {@code kill -9}. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Closes its standard input, as the end of who started it does. */
  int closeStdin() throws IOException, InterruptedException {
    process.getOutputStream().close();
    return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS) ? process.exitValue() : -1;
  }

  /** As SIGTERM. */
  int terminate() throws InterruptedException {
    process.destroy();
    return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS) ? process.exitValue() : -1;
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
