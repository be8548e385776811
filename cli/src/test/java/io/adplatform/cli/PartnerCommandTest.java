package io.adplatform.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

/** The commands of partners and rates against an HTTP server that answers what it is told to. */
class PartnerCommandTest {
  private static final String REPORT =
      """
      {"demandPartnerId":"7","region":"default","endpoint":"http://dsp.example/bid",
       "protocol":"OPENRTB_2_6","passed":%s,
       "requests":[{"sample":"banner-site","outcome":"BID","status":200,"millis":3,"bids":1}],
       "rules":[{"rule":"ID_ECHO","section":"4.2.1","requires":"the answer's id is the request's",
                 "result":"%s","checked":1,"detail":null}]}
      """;

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
          byte[] sent = exchange.getRequestBody().readAllBytes();
          received.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + new String(sent, StandardCharsets.UTF_8));
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
  void shouldTellAPartnerThatPassesFromOneThatFails() {
    answers.add(REPORT.formatted("true", "PASS"));
    assertEquals(0, run("partner", "test", "7"), err.toString());
    assertEquals("POST /api/v1/demand-partners/7/test ", received.getFirst());
    List<String> lines = out.toString().lines().toList();
    assertTrue(lines.getFirst().startsWith("http://dsp.example/bid, OPENRTB_2_6"), out.toString());
    assertTrue(lines.stream().anyMatch(line -> line.matches("ID_ECHO +4.2.1 +PASS.*")));
    assertEquals("PASS", lines.getLast());
    answers.add(REPORT.formatted("false", "FAIL"));
    assertEquals(1, run("partner", "test", "7", "--region", "eu"));
    assertEquals("POST /api/v1/demand-partners/7/test?region=eu ", received.getLast());
    assertEquals("FAIL", out.toString().lines().toList().getLast());
  }

  @Test
  void shouldPrintACertificationAsJson() throws IOException {
    answers.add(REPORT.formatted("false", "FAIL"));
    assertEquals(1, run("partner", "test", "7", "--format", "json"));
    assertEquals("FAIL", Api.JSON.readTree(out.toString()).at("/rules/0/result").asText());
  }

  @Test
  void shouldExitWithTwoWhereNothingWasTested() {
    status = 404;
    answers.add("{\"title\":\"Not found\",\"detail\":\"There is no such demand partner.\"}");
    assertEquals(2, run("partner", "test", "9"));
    assertTrue(err.toString().contains("There is no such demand partner."), err.toString());
  }

  @Test
  void shouldCreateAPausedPartnerWithTheSecretOfAFile() throws IOException {
    Path secret = data.resolve("dsp-token");
    Files.writeString(secret, "Bearer top-5ecret\n");
    answers.add("{\"id\":\"7\"}");
    int code =
        run(
            "partner",
            "create",
            "--name",
            "DSP",
            "--endpoint",
            "https://dsp.example/bid",
            "--qps",
            "50",
            "--format",
            "video",
            "--auth-header",
            "Authorization",
            "--auth-value-file",
            secret.toString());
    assertEquals(0, code, err.toString());
    assertEquals("7", out.toString().strip());
    JsonNode body = sent();
    assertEquals("PAUSED", body.path("status").asText());
    assertEquals(50, body.path("queriesPerSecond").asInt());
    assertEquals("[\"video\"]", body.path("formats").toString());
    assertEquals("Bearer top-5ecret", body.at("/authHeader/value").asText());
    assertFalse(body.has("seats"));
    assertEquals(
        2, run("partner", "create", "--name", "x", "--endpoint", "y", "--auth-header", "z"));
  }

  @Test
  void shouldPauseAndResume() throws IOException {
    answers.add("{}");
    assertEquals(0, run("partner", "pause", "7"));
    assertEquals("PAUSED", sent().path("status").asText());
    answers.add("{}");
    assertEquals(0, run("partner", "resume", "7"));
    assertEquals("ACTIVE", sent().path("status").asText());
  }

  @Test
  void shouldSetRatesOfADayThatHasSomeAndOfOneThatHasNone() throws IOException {
    String tables = "{\"items\":[{\"id\":\"5\",\"date\":\"2026-11-22\"}],\"nextCursor\":null}";
    answers.add(tables);
    answers.add("{\"id\":\"5\"}");
    assertEquals(0, run("rates", "set", "--date", "2026-11-22", "EUR=0.92", "JPY=155.5"));
    assertTrue(received.getLast().startsWith("PATCH /api/v1/rate-tables/5 "));
    assertEquals("{\"EUR\":\"0.92\",\"JPY\":\"155.5\"}", sent().path("unitsPerUsd").toString());
    answers.add(tables);
    answers.add("{\"id\":\"6\"}");
    assertEquals(0, run("rates", "set", "--date", "2026-11-23", "EUR=0.93"), err.toString());
    assertTrue(received.getLast().startsWith("POST /api/v1/rate-tables "));
    assertEquals("2026-11-23", sent().path("date").asText());
    assertEquals(2, run("rates", "set", "--date", "soon", "EUR=1"));
  }

  private JsonNode sent() throws IOException {
    String last = received.getLast();
    return Api.JSON.readTree(last.substring(last.indexOf('{')));
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    CommandLine line = AdPlatformCli.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--data", data.toString()));
    return line.execute(all.toArray(String[]::new));
  }
}
