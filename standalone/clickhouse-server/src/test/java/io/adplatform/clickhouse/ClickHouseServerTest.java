package io.adplatform.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.data_formats.ClickHouseBinaryFormatReader;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.data.ClickHouseFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClickHouseServerTest {
  @TempDir static Path folder;

  private static ServerProcess server;

  @BeforeAll
  static void start() throws Exception {
    server = new ServerProcess(folder.resolve("shared"));
    server.query("CREATE DATABASE d");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Test
  void shouldAnswerQueryFromAddressAndFromBody() throws Exception {
    assertEquals("7\n", server.post("query=" + ServerProcess.encode("SELECT 3 + 4"), "").body());
    HttpResponse<String> json = server.post("", "SELECT 'é' AS s FORMAT JSONEachRow");
    assertEquals("{\"s\":\"é\"}\n", json.body());
    assertEquals("JSONEachRow", json.headers().firstValue("X-ClickHouse-Format").orElseThrow());
    assertTrue(json.headers().firstValue("X-ClickHouse-Query-Id").isPresent());
    assertTrue(json.headers().firstValue("X-ClickHouse-Timezone").isPresent());
  }

  @Test
  void shouldBindParametersWithoutInterpretingThem() throws Exception {
    String nasty = "x' OR 1=1 --";
    HttpResponse<String> answer =
        server.post(
            "param_s=" + ServerProcess.encode(nasty) + "&param_n=5",
            "SELECT {s:String}, {n:UInt8}");
    assertEquals("x\\' OR 1=1 --\t5\n", answer.body());
  }

  @Test
  void shouldApplySettingsToTheOneRequestThatCarriesThem() throws Exception {
    assertEquals("3\n", server.post("max_threads=3", "SELECT getSetting('max_threads')").body());
    String session = "session_id=settings&";
    server.post(session + "max_threads=3", "SELECT 1");
    assertFalse(server.post(session, "SELECT getSetting('max_threads')").body().equals("3\n"));
    assertEquals(404, server.post("no_such_setting=1", "SELECT 1").statusCode());
  }

  @Test
  void shouldKeepTemporaryTablesOfASession() throws Exception {
    server.post("session_id=a", "CREATE TEMPORARY TABLE mine AS SELECT 42 AS x");
    assertEquals("42\n", server.post("session_id=a", "SELECT x FROM mine").body());
    assertEquals(404, server.post("session_id=b", "SELECT x FROM mine").statusCode());
    assertEquals(404, server.post("session_id=unknown&session_check=1", "SELECT 1").statusCode());
  }

  @Test
  void shouldInsertRowBinaryInOneBlockAndDropItsRepeatByToken() throws Exception {
    server.query(
        "CREATE TABLE d.blocks (a UInt64) ENGINE = MergeTree ORDER BY a"
            + " SETTINGS non_replicated_deduplication_window = 100");
    int rows = 50_000;
    ByteBuffer binary = ByteBuffer.allocate(rows * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < rows; i++) {
      binary.putLong(i);
    }
    String insert =
        "database=d&insert_deduplication_token=one&query="
            + ServerProcess.encode("INSERT INTO blocks (a) FORMAT RowBinary");
    HttpResponse<String> first = server.send(insert, binary.array());
    assertEquals(200, first.statusCode(), first.body());
    assertTrue(
        first
            .headers()
            .firstValue("X-ClickHouse-Summary")
            .orElseThrow()
            .contains("\"written_rows\":\"50000\""));
    assertEquals(200, server.send(insert, binary.array()).statusCode());
    assertEquals("50000\t1249975000\n", server.query("SELECT count(), sum(a) FROM d.blocks"));
    assertEquals(
        "1\n",
        server.query(
            "SELECT count() FROM system.parts WHERE active AND database = 'd' AND table ="
                + " 'blocks'"));
  }

  @Test
  void shouldKeepFewThreadsWhenManyPartsWereRemovedAtOnce() throws Exception {
    server.query(
        "CREATE TABLE d.parts (a UInt64) ENGINE = MergeTree ORDER BY a SETTINGS old_parts_lifetime"
            + " = 1, merge_tree_clear_old_parts_interval_seconds = 1, cleanup_delay_period = 1,"
            + " cleanup_delay_period_random_add = 0");
    server.query("SYSTEM STOP MERGES d.parts");
    for (int i = 0; i < 150; i++) {
      server.query("INSERT INTO d.parts VALUES (" + i + ")");
    }
    server.query("SYSTEM START MERGES d.parts");
    server.query("OPTIMIZE TABLE d.parts FINAL");
    String left = "SELECT count() < 100 FROM system.parts WHERE database = 'd' AND table = 'parts'";
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!server.query(left).equals("1\n")) {
      assertTrue(System.nanoTime() < deadline, "the parts that were merged are still there");
      // Each wakes the table's background work.
      server.query("INSERT INTO d.parts VALUES (0)");
      Thread.sleep(100);
    }
    String threads =
        server.query("SELECT value FROM system.metrics WHERE metric = 'GlobalThread'").strip();
    // Some for statements and merges; not one for each part.
    assertTrue(Integer.parseInt(threads) < 64, threads);
  }

  @Test
  void shouldReadRowsThatFollowTheStatementInTheBody() throws Exception {
    server.query("CREATE TABLE d.bodies (a UInt8, s String) ENGINE = Memory");
    server.query("INSERT INTO d.bodies VALUES (1, 'a(é'), (2, 'FORMAT x')");
    server.query("INSERT INTO d.bodies (a, s) FORMAT TSV\n3\tthree\n");
    server.query("INSERT INTO d.bodies SELECT 4, 'four'");
    server.query("/* VALUES */ INSERT INTO d.bodies FORMAT JSONEachRow {\"a\":5,\"s\":\"five\"}");
    assertEquals(
        "1\ta(é\n2\tFORMAT x\n3\tthree\n4\tfour\n5\tfive\n",
        server.query("SELECT * FROM d.bodies ORDER BY a"));
  }

  @Test
  void shouldAnswerErrorsAsClickHouseDoes() throws Exception {
    HttpResponse<String> unknown = server.post("", "SELECT * FROM d.missing");
    assertEquals(404, unknown.statusCode());
    assertEquals("60", unknown.headers().firstValue("X-ClickHouse-Exception-Code").orElseThrow());
    assertTrue(unknown.body().startsWith("Code: 60. DB::Exception:"), unknown.body());
    assertEquals(400, server.post("", "SELEC 1").statusCode());
    assertEquals(400, server.post("", "").statusCode());
    assertEquals(500, server.post("", "SELECT throwIf(1)").statusCode());
  }

  @Test
  void shouldCutTheConnectionWhenAnAnswerFailsAfterItBegan() {
    assertThrows(
        IOException.class,
        () -> server.query("SELECT throwIf(number = 900000) FROM numbers(1000000)"));
  }

  @Test
  void shouldStreamMoreThanItsHeapHolds() throws Exception {
    long rows = 40_000_000;
    String sum =
        "SELECT number FROM numbers(" + rows + ") FORMAT RowBinary"; // 320 MB over a 256 MB heap
    java.net.http.HttpRequest request =
        java.net.http.HttpRequest.newBuilder(java.net.URI.create(server.url()))
            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(sum))
            .build();
    try (java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient();
        java.io.InputStream in =
            client.send(request, java.net.http.HttpResponse.BodyHandlers.ofInputStream()).body()) {
      assertEquals(rows * 8, in.transferTo(java.io.OutputStream.nullOutputStream()));
    }
  }

  @Test
  void shouldServeTheOfficialClient() throws Exception {
    try (Client client =
        new Client.Builder()
            .addEndpoint(server.url())
            .setUsername("default")
            .setPassword("")
            .setDefaultDatabase("d")
            .compressServerResponse(true)
            .compressClientRequest(true)
            .build()) {
      assertTrue(client.ping());
      client
          .execute("CREATE TABLE official (a UInt32, s String) ENGINE = MergeTree ORDER BY a")
          .get();
      try (InsertResponse inserted =
          client
              .insert(
                  "official",
                  new ByteArrayInputStream("1\tone\n2\ttwo\n".getBytes(UTF_8)),
                  ClickHouseFormat.TSV)
              .get(60, TimeUnit.SECONDS)) {
        assertEquals(2, inserted.getWrittenRows());
      }
      QueryResponse response =
          client
              .query("SELECT a, s FROM official WHERE a > {low:UInt32}", Map.of("low", 1))
              .get(60, TimeUnit.SECONDS);
      ClickHouseBinaryFormatReader reader = client.newBinaryFormatReader(response);
      reader.next();
      assertEquals(2, reader.getInteger("a"));
      assertEquals("two", reader.getString("s"));
      response.close();
      assertEquals(2, client.queryAll("SELECT * FROM official").size());
    }
  }

  @Test
  void shouldRunManyStatementsAtOnce() throws Exception {
    server.query("CREATE TABLE d.parallel (a UInt64) ENGINE = MergeTree ORDER BY a");
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<String>> inserts = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        int value = i;
        inserts.add(
            threads.submit(() -> server.query("INSERT INTO d.parallel VALUES (" + value + ")")));
      }
      for (Future<String> insert : inserts) {
        assertEquals("", insert.get());
      }
    }
    assertEquals("64\t2016\n", server.query("SELECT count(), sum(a) FROM d.parallel"));
  }

  @Test
  void shouldKeepWhatItAnsweredThroughAKillAndRefuseASecondProcess() throws Exception {
    Path path = folder.resolve("killed");
    try (ServerProcess first = new ServerProcess(path)) {
      first.query("CREATE DATABASE k");
      first.query("CREATE TABLE k.t (a UInt64) ENGINE = MergeTree ORDER BY a");
      for (int i = 0; i < 20; i++) {
        first.query("INSERT INTO k.t VALUES (" + i + ")");
      }
      Process second = ServerProcess.start(0, path);
      String line = new String(second.getInputStream().readAllBytes(), UTF_8);
      assertEquals(1, second.waitFor());
      assertTrue(line.contains("in use by another ClickHouse server"), line);
      first.kill();
    }
    try (ServerProcess again = new ServerProcess(path)) {
      assertEquals("20\t190\n", again.query("SELECT count(), sum(a) FROM k.t"));
      assertEquals(0, again.closeStdin());
    }
    try (ServerProcess third = new ServerProcess(path, "--ignore-stdin")) {
      assertEquals("20\n", third.query("SELECT count() FROM k.t"));
      assertEquals(143, third.terminate());
    }
  }

  @Test
  void shouldAskForThePasswordWhereOneIsSet() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "s3cret\n");
    try (ServerProcess guarded =
        new ServerProcess(
            folder.resolve("guarded"), "--user", "ads", "--password-file", secret.toString())) {
      assertEquals(403, guarded.post("", "SELECT 1").statusCode());
      assertEquals(403, guarded.post("user=ads&password=wrong", "SELECT 1").statusCode());
      assertEquals("1\n", guarded.post("user=ads&password=s3cret", "SELECT 1").body());
    }
  }

  @Test
  void shouldSayInOneLineWhenLibjsigIsMissing() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-Dadplatform.home=" + System.getProperty("adplatform.home"),
            "-cp",
            System.getProperty("java.class.path"),
            ClickHouseServer.class.getName(),
            "--port",
            "0",
            "--path",
            folder.resolve("none").toString());
    builder.redirectErrorStream(true).environment().remove("LD_PRELOAD");
    Process process = builder.start();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    process.getInputStream().transferTo(output);
    assertEquals(1, process.waitFor());
    assertTrue(output.toString(UTF_8).contains("LD_PRELOAD"), output.toString(UTF_8));
  }
}
