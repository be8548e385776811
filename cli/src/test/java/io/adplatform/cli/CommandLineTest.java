package io.adplatform.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The commands against an HTTP server that answers what it is told to and remembers what it was
 * sent.
 */
class CommandLineTest {
  @TempDir private Path data;
  private final List<String> received = new ArrayList<>();
  private final Deque<String> answers = new ArrayDeque<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private HttpServer server;
  private int status = 200;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          received.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = answers.pop().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    Files.writeString(
        data.resolve("credentials.json"),
        "{\"api\":\"http://localhost:%d\",\"apiKey\":\"k-1\"}"
            .formatted(server.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void shouldCreateALineItemOfWhatWasTyped() throws IOException {
    answers.add("{\"id\":\"77\"}");
    int code =
        run(
            "line-item",
            "create",
            "--campaign",
            "9",
            "--name",
            "US desktop",
            "--cpm",
            "2.50",
            "--creative",
            "5",
            "--include",
            "country=USA,CAN",
            "--daily",
            "0.000001");
    assertEquals(0, code, err.toString());
    assertEquals("77", out.toString().strip());
    String request = received.getFirst();
    assertTrue(request.startsWith("POST /api/v1/campaigns/9/line-items Bearer k-1 {"), request);
    JsonNode body = Api.JSON.readTree(request.substring(request.indexOf('{')));
    assertEquals(2_500_000, body.path("bid").path("amountMicros").longValue());
    assertEquals(1, body.path("budget").path("dailyMicros").longValue());
    assertEquals(
        "[\"USA\",\"CAN\"]", body.path("targeting").path("include").path("country").toString());
  }

  @Test
  void shouldRefuseAnAmountOfMoreThanSixDecimals() {
    assertEquals(
        2,
        run(
            "line-item",
            "create",
            "--campaign",
            "9",
            "--name",
            "x",
            "--creative",
            "1",
            "--cpm",
            "0.0000001"));
    assertTrue(err.toString().contains("0.0000001"), err.toString());
    assertTrue(received.isEmpty());
  }

  @Test
  void shouldPrintEveryPageOfAReportAsCsv() {
    answers.add("{\"items\":[{\"campaignId\":\"1\",\"spendMicros\":5}],\"nextCursor\":\"c\"}");
    answers.add("{\"items\":[{\"campaignId\":\"2,3\",\"spendMicros\":7}]}");
    assertEquals(0, run("report", "--by", "campaign,hour", "--format", "csv"), err.toString());
    assertEquals(
        List.of("campaignId,spendMicros", "1,5", "\"2,3\",7"), out.toString().lines().toList());
    assertTrue(received.get(0).contains("groupBy=campaign%2Chour"), received.get(0));
    assertTrue(received.get(1).contains("cursor=c"), received.get(1));
  }

  @Test
  void shouldSayWhatAProblemDocumentSays() {
    status = 422;
    answers.add(
        "{\"title\":\"Unprocessable\",\"detail\":\"no\",\"errors\":[{\"field\":\"/name\",\"detail\":\"too"
            + " long\"}]}");
    assertEquals(1, run("advertiser", "create", "--name", "x"));
    assertEquals("422 Unprocessable: no\n  /name: too long", err.toString().strip());
  }

  @Test
  void shouldSayWhatToDoWithoutAnExchange() {
    server.stop(0);
    assertEquals(1, run("campaign", "list"));
    assertTrue(err.toString().contains("./adplatform status"), err.toString());
  }

  private int run(String... arguments) {
    CommandLine line = AdPlatformCli.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", data.toString()));
    return line.execute(all.toArray(String[]::new));
  }
}
