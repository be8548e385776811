package io.adplatform.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.config.JournalConfig;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.LanePreset;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.http.ReadinessCheck;
import io.adplatform.runtime.journal.JournalCursor;
import io.adplatform.runtime.journal.JournalReader;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.lane.Lane;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class HotNodeTest {
  @TempDir Path data;

  private NodeConfig config(int port) {
    return new NodeConfig(
        1, data, "127.0.0.1", port, URI.create("http://test"), false, JournalConfig.standard());
  }

  private static LaneConfig lanes(int count) {
    LaneConfig laptop = LaneConfig.laptop();
    return new LaneConfig(
        LanePreset.LAPTOP,
        count,
        List.of(),
        laptop.blockNanos(),
        laptop.stuckNanos(),
        laptop.taskCapacity());
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void shouldServeEachConnectionOnTheLaneWhoseHandlerItGot() throws Exception {
    Set<Integer> lanesSeen = ConcurrentHashMap.newKeySet();
    AtomicBoolean elsewhere = new AtomicBoolean();
    try (HotNode node = HotNode.start(config(0), lanes(2))) {
      node.route(
          "/where/",
          lane ->
              request -> {
                lanesSeen.add(lane.index());
                elsewhere.compareAndSet(false, !lane.isCurrent());
                request.response().end(request.uri());
              });
      int port = node.listen();
      for (int i = 0; i < 8; i++) {
        HttpResponse<String> response = get(port, "/where/" + i);
        assertEquals(200, response.statusCode());
        assertEquals("/where/" + i, response.body());
      }
      assertEquals(404, get(port, "/elsewhere").statusCode());
    }
    assertEquals(Set.of(0, 1), lanesSeen);
    assertFalse(elsewhere.get());
  }

  @Test
  void shouldScrapeOnceForAllWhoAskWithinASecond() throws Exception {
    AtomicInteger scrapes = new AtomicInteger();
    try (HotNode node = HotNode.start(config(0), lanes(1))) {
      node.metrics().gauge("test_scrapes", "Scrapes", scrapes::incrementAndGet);
      int port = node.listen();
      long begin = System.nanoTime();
      for (int i = 0; i < 50; i++) {
        assertEquals(200, get(port, "/metrics").statusCode());
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
      assertTrue(scrapes.get() <= 2 + seconds, scrapes + " in " + seconds + " s");
    }
  }

  @Test
  void shouldSayWhatIsDegradedAndStayReady() throws Exception {
    try (HotNode node = HotNode.start(config(0), lanes(1))) {
      node.readiness().register("shipper", () -> ReadinessCheck.Result.degraded("it waits"));
      HttpResponse<String> ready = get(node.listen(), "/readyz");
      assertEquals(200, ready.statusCode());
      assertTrue(ready.body().contains("\"status\":\"DEGRADED\""), ready.body());
      assertTrue(ready.body().contains("it waits"), ready.body());
    }
  }

  @Test
  void shouldTellItsReadinessWithDetailsAndItsMetrics() throws Exception {
    AtomicBoolean ready = new AtomicBoolean();
    try (HotNode node = HotNode.start(config(0), lanes(1))) {
      node.readiness()
          .register(
              "catalogue",
              () ->
                  ready.get()
                      ? ReadinessCheck.Result.ok("catalogueVersion", 42L)
                      : ReadinessCheck.Result.notReady("the topic is not read to its end"));
      int port = node.listen();
      assertEquals(200, get(port, "/healthz").statusCode());
      HttpResponse<String> notReady = get(port, "/readyz");
      assertEquals(503, notReady.statusCode());
      assertTrue(notReady.body().contains("not read to its end"), notReady.body());
      ready.set(true);
      HttpResponse<String> isReady = get(port, "/readyz");
      assertEquals(200, isReady.statusCode());
      assertTrue(isReady.body().contains("\"catalogueVersion\":42"), isReady.body());
      String metrics = get(port, "/metrics").body();
      assertTrue(metrics.contains("adplatform_lane_busy_seconds_total{lane=\"0\"}"), metrics);
      assertTrue(metrics.contains("adplatform_lane_stuck_total{lane=\"0\"}"), metrics);
      assertTrue(metrics.contains("adplatform_journal_messages_total{outcome=\"taken\"}"), metrics);
      assertTrue(metrics.contains("adplatform_journal_takes_auctions 1.0"), metrics);
    }
  }

  @Test
  void shouldAnswerOnceRecordedAndLoseNothingWhenItCloses() throws Exception {
    int requests = 100;
    try (HotNode node = HotNode.start(config(0), lanes(1))) {
      BeaconAgent[] beacons = new BeaconAgent[1];
      node.route("/e/", lane -> beacons[0] = new BeaconAgent(lane, node.journal(lane)));
      int port = node.listen();
      node.agent(lane -> beacons[0]);
      for (int i = 0; i < requests; i++) {
        assertEquals(204, get(port, "/e/" + i).statusCode());
      }
    }
    try (HotNode node = HotNode.start(config(0), lanes(1))) {
      JournalReader reader = node.driver().reader();
      long[] last = {0};
      try (JournalCursor cursor = reader.open(reader.recordings().getFirst(), 0)) {
        while (!cursor.isDone()) {
          cursor.poll((buffer, offset, length, position) -> last[0]++, 10);
        }
      }
      assertEquals(requests, last[0]);
    }
  }

  @Test
  void shouldNeverGiveABootNumberTwice() {
    int first;
    try (HotNode node = HotNode.start(config(0), lanes(1))) {
      first = node.bootSeconds();
    }
    try (HotNode node = HotNode.start(config(0), lanes(1))) {
      assertTrue(node.bootSeconds() > first);
    }
  }

  @Test
  void shouldSayInOneLineThatThePortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        HotNode node = HotNode.start(config(taken.getLocalPort()), lanes(1))) {
      SettingsException error = assertThrows(SettingsException.class, node::listen);
      assertTrue(error.getMessage().startsWith("port: " + taken.getLocalPort()));
      assertFalse(error.getMessage().contains("\n"));
    }
  }

  @Test
  void shouldRefuseHeadersThatAreTooLongAndAnswerPipelinedRequestsInOrder() throws Exception {
    try (HotNode node = HotNode.start(config(0), lanes(1))) {
      node.route("/p/", lane -> request -> request.response().end(request.uri()));
      int port = node.listen();
      try (Socket socket = new Socket("127.0.0.1", port)) {
        OutputStream out = socket.getOutputStream();
        for (int i = 0; i < 3; i++) {
          out.write(
              ("GET /p/" + i + " HTTP/1.1\r\nHost: h\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        }
        String answers = readUntil(socket.getInputStream(), "/p/2");
        assertTrue(answers.indexOf("/p/0") < answers.indexOf("/p/1"));
        assertTrue(answers.indexOf("/p/1") < answers.indexOf("/p/2"));
      }
      try (Socket socket = new Socket("127.0.0.1", port)) {
        String header = "X-Long: " + "x".repeat(20_000) + "\r\n";
        socket
            .getOutputStream()
            .write(("GET /p/ HTTP/1.1\r\n" + header + "\r\n").getBytes(StandardCharsets.UTF_8));
        assertTrue(readUntil(socket.getInputStream(), "\r\n\r\n").startsWith("HTTP/1.1 431"));
      }
    }
  }

  private static String readUntil(InputStream in, String end) throws IOException {
    StringBuilder read = new StringBuilder();
    int next;
    while (read.indexOf(end) < 0 && (next = in.read()) >= 0) {
      read.append((char) next);
    }
    return read.toString();
  }

  /** Answers a request when its signal is recorded, as the collector does. */
  private static final class BeaconAgent implements Handler<HttpServerRequest>, Agent {
    private static final int LENGTH = 64;

    private final Lane lane;
    private final LaneJournal journal;
    private final ArrayDeque<HttpServerRequest> waiting = new ArrayDeque<>();
    private final ArrayDeque<Long> positions = new ArrayDeque<>();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);

    BeaconAgent(Lane lane, LaneJournal journal) {
      this.lane = lane;
      this.journal = journal;
    }

    @Override
    public void handle(HttpServerRequest request) {
      long position = journal.offerSignal(message, 0, LENGTH);
      if (position < 0 || !lane.isCurrent()) {
        request.response().setStatusCode(503).end();
        return;
      }
      waiting.add(request);
      positions.add(position);
    }

    @Override
    public int doWork() {
      int answered = 0;
      while (!positions.isEmpty() && positions.peek() <= journal.recordedPosition()) {
        positions.poll();
        waiting.poll().response().setStatusCode(204).end();
        answered++;
      }
      if (!positions.isEmpty()) {
        journal.wakeWhenRecorded(positions.peek());
      }
      return answered;
    }

    @Override
    public String roleName() {
      return "beacons";
    }
  }
}
