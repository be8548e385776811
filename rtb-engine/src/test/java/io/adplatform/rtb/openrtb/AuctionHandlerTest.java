package io.adplatform.rtb.openrtb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapScope;
import io.adplatform.rtb.demand.PartnerRound;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.http.LaneHttpServer;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.CreativeTemplate;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The endpoint over sockets: a real lane and HTTP server, and auctions that bid on every imp. */
class AuctionHandlerTest {
  private static final String GOOD =
      "{\"id\":\"r1\",\"imp\":[{\"id\":\"1\",\"banner\":{\"w\":300,\"h\":250}}]}";
  private static final int CAP = 256 * 1024;
  private static final int DEADLINE_MILLIS = 3_000;
  private static final int PATIENCE_SECONDS = 60;

  /** Requests of these times are set aside until counters are answered, or never are. */
  private static final int COUNTED = 501;

  private static final int NEVER_COUNTED = 502;

  private static final Metrics METRICS = new Metrics();
  private static final EveryImp AUCTIONEER = new EveryImp();
  private static Lanes lanes;
  private static AuctionHandler handler;
  private static RefusalLog refusals;
  private static int port;

  @BeforeAll
  static void serve() throws Exception {
    lanes = Lanes.start(LaneConfig.laptop());
    refusals = new RefusalLog();
    Lane lane = lanes.all().getFirst();
    EndpointConfig standard = EndpointConfig.standard();
    EndpointConfig config =
        new EndpointConfig(
            CAP, DEADLINE_MILLIS * 1_000_000L, standard.gzipFromBytes(), standard.seat());
    CompletableFuture<Integer> listening = new CompletableFuture<>();
    lane.context()
        .runOnContext(
            start -> {
              handler = new AuctionHandler(lane, AUCTIONEER, config, METRICS, refusals);
              lanes
                  .vertx()
                  .createHttpServer(LaneHttpServer.options().setHost("127.0.0.1").setPort(0))
                  .requestHandler(handler)
                  .listen()
                  .onComplete(
                      server -> listening.complete(server.actualPort()),
                      listening::completeExceptionally);
            });
    port = listening.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @AfterAll
  static void end() {
    refusals.close();
    lanes.close();
  }

  private static SupplyPartner supplyPartner(String key, boolean debug) {
    return new SupplyPartner(
        7, 1, key, key, Status.ACTIVE, 300, BillableEvent.BEACON, 0, 1000, 1, 1.0, debug);
  }

  /** Bids on every imp, not at all where {@code tmax} is 1; the eager are beyond their rate. */
  private static final class EveryImp implements Auctioneer {
    private final SupplyPartner ssp = supplyPartner("ssp", false);
    private final SupplyPartner debugged = supplyPartner("debugged", true);
    private final SupplyPartner eager = supplyPartner("eager", true);
    private volatile boolean ready = true;
    private final AtomicInteger abandoned = new AtomicInteger();
    private final CreativeTemplate creative =
        CreativeTemplate.compile(
            new Creative(
                5,
                1,
                1,
                "c",
                Status.ACTIVE,
                Format.BANNER,
                300,
                250,
                "<b>ad</b>",
                "https://a.example/",
                List.of("a.example"),
                List.of(),
                List.of(),
                true),
            "https://ads.example");
    private final byte[] token = "t".repeat(140).getBytes(US_ASCII);

    @Override
    public SupplyPartner partner(CharSequence key) {
      String text = key.toString();
      return switch (text) {
        case "ssp" -> ssp;
        case "debugged" -> debugged;
        case "eager" -> eager;
        default -> null;
      };
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public Reason admit(SupplyPartner partner) {
      if (partner == null) {
        return Reason.NO_CATALOGUE;
      }
      return partner == eager ? Reason.RATE_LIMITED : Reason.NONE;
    }

    @Override
    public Reason run(
        BidRequest request,
        SupplyPartner partner,
        long receivedNanos,
        long parseNanos,
        BidResponseWriter response) {
      if (request.tmaxMillis == 1) {
        return Reason.TMAX_TOO_SMALL;
      }
      response.begin(request, 1, 1, 840);
      for (int i = 0; i < request.impCount(); i++) {
        response.bid(request, request.imp(i), 1, 1 + i, 500_000, 3, 60, creative, token);
      }
      response.end();
      return Reason.NONE;
    }

    @Override
    public boolean ask(
        BidRequest request, SupplyPartner partner, CapLookup lookup, boolean mayWait) {
      if (request.tmaxMillis != COUNTED && request.tmaxMillis != NEVER_COUNTED) {
        return false;
      }
      CapScope scope =
          new CapScope(CapScope.Kind.LINE_ITEM, 1, 1, List.of(new FrequencyCap(1, 60)));
      lookup.begin(0, 1, 1, true);
      lookup.add(0, 1, new CapScope[] {scope});
      lookup.asked();
      if (request.tmaxMillis == COUNTED) {
        lanes.all().getFirst().context().runOnContext(later -> lookup.answered());
      }
      return true;
    }

    @Override
    public Reason resume(
        BidRequest request,
        SupplyPartner partner,
        long receivedNanos,
        long parseNanos,
        CapLookup lookup,
        PartnerRound round,
        BidResponseWriter response) {
      return lookup.isAnswered()
          ? run(request, partner, receivedNanos, parseNanos, response)
          : Reason.FREQUENCY_UNKNOWN;
    }

    @Override
    public void counted(CapLookup lookup, long askedNanos) {}

    @Override
    public boolean askPartners(
        BidRequest request,
        SupplyPartner partner,
        long receivedNanos,
        CapLookup lookup,
        PartnerRound round,
        boolean mayWait) {
      return false;
    }

    @Override
    public void abandon(CapLookup lookup, PartnerRound round) {
      abandoned.incrementAndGet();
    }
  }

  private record Answer(int status, Map<String, String> headers, byte[] body) {
    String text() {
      return new String(body, UTF_8);
    }
  }

  /** One connection, read and written by hand. */
  private static final class Connection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Connection() throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout(1_000 * PATIENCE_SECONDS);
      in = socket.getInputStream();
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(US_ASCII));
      socket.getOutputStream().flush();
    }

    void send(String head, byte[] body) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes((head + "\r\n\r\n").getBytes(US_ASCII));
      out.writeBytes(body);
      socket.getOutputStream().write(out.toByteArray());
      socket.getOutputStream().flush();
    }

    void post(String path, String headers, byte[] body) throws IOException {
      send(
          "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length + headers,
          body);
    }

    Answer answer() throws IOException {
      int status = Integer.parseInt(line().split(" ")[1]);
      Map<String, String> headers = new HashMap<>();
      for (String line; !(line = line()).isEmpty(); ) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
      }
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      return new Answer(status, headers, in.readNBytes(length));
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int b; (b = in.read()) != '\n'; ) {
        if (b < 0) {
          throw new IOException("closed after '" + line + "'");
        }
        if (b != '\r') {
          line.append((char) b);
        }
      }
      return line.toString();
    }

    boolean isClosedByServer() throws IOException {
      return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static Answer post(String path, String headers, byte[] body) throws IOException {
    try (Connection connection = new Connection()) {
      connection.post(path, headers, body);
      return connection.answer();
    }
  }

  private static Answer post(String body) throws IOException {
    return post("/openrtb2/auction/ssp", "", body.getBytes(UTF_8));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void shouldAnswerABidInTheFormatOfTheQuestion() throws IOException {
    Answer answer = post(GOOD);

    assertEquals(200, answer.status());
    assertEquals("application/json", answer.headers().get("content-type"));
    assertEquals("2.6", answer.headers().get("x-openrtb-version"));
    var tree = new ObjectMapper().readTree(answer.body());
    assertEquals("r1", tree.get("id").asText());
    assertEquals("1", tree.at("/seatbid/0/bid/0/impid").asText());
  }

  @Test
  void shouldAnswerNoBidWithoutABodyAndSayWhyInDebugModeAlone() throws IOException {
    String request = GOOD.replace("\"id\":\"r1\"", "\"id\":\"r1\",\"tmax\":1");
    Answer answer = post(request);
    Answer debugged = post("/openrtb2/auction/debugged", "", request.getBytes(UTF_8));

    assertEquals(204, answer.status());
    assertEquals(null, answer.headers().get("x-adplatform-reason"));
    assertEquals(204, debugged.status());
    assertEquals("TMAX_TOO_SMALL", debugged.headers().get("x-adplatform-reason"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "POST /openrtb2/auction/nobody|404",
        "POST /openrtb2/other/ssp|404",
        "GET /openrtb2/auction/ssp|405",
        "PUT /openrtb2/auction/ssp|405"
      })
  void shouldRefuseOtherPathsAndMethodsAndKeepTheConnection(String line, int status)
      throws IOException {
    try (Connection connection = new Connection()) {
      connection.send(line + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2", "{}".getBytes(US_ASCII));
      Answer answer = connection.answer();
      assertEquals(status, answer.status());
      assertEquals(0, answer.body().length);
      connection.post("/openrtb2/auction/ssp", "", GOOD.getBytes(UTF_8));
      assertEquals(200, connection.answer().status());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Type: application/x-protobuf|415",
        "Content-Encoding: br|415",
        "Content-Type: application/json;charset=utf-8|200",
        "Content-Encoding: identity|200",
        "x-openrtb-version: 2.5|200"
      })
  void shouldGoByTypeAndEncoding(String header, int status) throws IOException {
    assertEquals(
        status, post("/openrtb2/auction/ssp", "\r\n" + header, GOOD.getBytes(UTF_8)).status());
  }

  @Test
  void shouldRefuseBadBodiesWithoutABodyAndServeTheNextRequestOfTheConnection() throws IOException {
    try (Connection connection = new Connection()) {
      for (String bad : List.of("", "{", "[]", "{\"id\":\"r\"}", GOOD + "x", "{\"a\":NaN}")) {
        connection.post("/openrtb2/auction/ssp", "", bad.getBytes(UTF_8));
        Answer refused = connection.answer();
        assertEquals(400, refused.status(), bad);
        assertEquals(0, refused.body().length);
        connection.post("/openrtb2/auction/ssp", "", GOOD.getBytes(UTF_8));
        assertEquals(200, connection.answer().status());
      }
    }
  }

  @Test
  void shouldSayWhatWasWrongInDebugMode() throws IOException {
    Answer answer =
        post("/openrtb2/auction/debugged", "", GOOD.replace("300", "\"300\"").getBytes(UTF_8));

    assertEquals(400, answer.status());
    assertEquals("{\"error\":\"WRONG_TYPE\",\"offset\":42}", answer.text());
  }

  @Test
  void shouldAnswerPipelinedRequestsInOrder() throws IOException {
    try (Connection connection = new Connection()) {
      for (int i = 0; i < 5; i++) {
        connection.post("/openrtb2/auction/ssp", "", GOOD.replace("r1", "p" + i).getBytes(UTF_8));
      }
      for (int i = 0; i < 5; i++) {
        assertTrue(connection.answer().text().startsWith("{\"id\":\"p" + i + "\""));
      }
    }
  }

  private static byte[] waiting(String id, int tmax) {
    return GOOD.replace("\"id\":\"r1\"", "\"id\":\"" + id + "\",\"tmax\":" + tmax).getBytes(UTF_8);
  }

  @Test
  void shouldAnswerWhatWasSetAsideOnceItsCountersAreThere() throws IOException {
    Answer answer = post("/openrtb2/auction/ssp", "", waiting("w1", COUNTED));
    assertEquals(200, answer.status());
    assertTrue(answer.text().startsWith("{\"id\":\"w1\""), answer.text());
  }

  @Test
  void shouldDecideWithoutCountersWhenTheirTimeIsUp() throws IOException {
    Answer answer = post("/openrtb2/auction/debugged", "", waiting("w2", NEVER_COUNTED));
    assertEquals(204, answer.status());
    assertEquals("FREQUENCY_UNKNOWN", answer.headers().get("x-adplatform-reason"));
  }

  @Test
  void shouldAnswerInOrderWhereSomeAreSetAside() throws IOException {
    try (Connection connection = new Connection()) {
      for (int i = 0; i < 12; i++) {
        int tmax = i % 3 == 0 ? NEVER_COUNTED : i % 3 == 1 ? COUNTED : 300;
        connection.post("/openrtb2/auction/ssp", "", waiting("o" + i, tmax));
      }
      for (int i = 0; i < 12; i++) {
        Answer answer = connection.answer();
        assertEquals(i % 3 == 0 ? 204 : 200, answer.status(), "request " + i);
        assertTrue(i % 3 == 0 || answer.text().startsWith("{\"id\":\"o" + i + "\""));
      }
    }
  }

  @Test
  void shouldSetManyAsideAtOnceAndMixUpNone() throws Exception {
    List<Connection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        connections.add(new Connection());
      }
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < connections.size(); i++) {
          int tmax = i % 2 == 0 ? COUNTED : NEVER_COUNTED;
          connections.get(i).post("/openrtb2/auction/ssp", "", waiting("m" + i, tmax));
        }
        for (int i = 0; i < connections.size(); i++) {
          Answer answer = connections.get(i).answer();
          assertEquals(i % 2 == 0 ? 200 : 204, answer.status(), "request " + i);
          assertTrue(i % 2 == 1 || answer.text().startsWith("{\"id\":\"m" + i + "\""));
        }
      }
    } finally {
      for (Connection connection : connections) {
        connection.close();
      }
    }
    awaitOnLane(0, handler::held);
  }

  @Test
  void shouldRunNoAuctionForAClientThatHasGoneMeanwhile() throws Exception {
    int before = AUCTIONEER.abandoned.get();
    // The client may go too late: its answer is then under way already.
    for (int i = 0; i < 200 && AUCTIONEER.abandoned.get() == before; i++) {
      try (Connection connection = new Connection()) {
        connection.socket.setSoLinger(true, 0);
        connection.post("/openrtb2/auction/ssp", "", waiting("g" + i, NEVER_COUNTED));
      }
      Thread.sleep(10);
    }
    assertTrue(AUCTIONEER.abandoned.get() > before);
    assertEquals(200, post(GOOD).status());
    awaitOnLane(0, handler::held);
  }

  @Test
  void shouldTellAClientThatWaitsToGoOn() throws IOException {
    byte[] body = GOOD.getBytes(UTF_8);
    try (Connection connection = new Connection()) {
      connection.send(
          "POST /openrtb2/auction/ssp HTTP/1.1\r\n"
              + "Host: x\r\n"
              + "Expect: 100-continue\r\n"
              + "Content-Length: "
              + body.length,
          new byte[0]);
      assertEquals(100, connection.answer().status());
      connection.socket.getOutputStream().write(body);
      assertEquals(200, connection.answer().status());
    }
  }

  @Test
  void shouldReadABodyInChunksAndPieces() throws Exception {
    try (Connection connection = new Connection()) {
      connection.send(
          "POST /openrtb2/auction/ssp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked",
          "5\r\n{\"id\"\r\n".getBytes(US_ASCII));
      String rest = GOOD.substring(5);
      for (int i = 0; i < rest.length(); i += 7) {
        String piece = rest.substring(i, Math.min(rest.length(), i + 7));
        connection
            .socket
            .getOutputStream()
            .write(
                (Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n").getBytes(US_ASCII));
        connection.socket.getOutputStream().flush();
      }
      connection.socket.getOutputStream().write("0\r\n\r\n".getBytes(US_ASCII));
      assertEquals(200, connection.answer().status());
    }
  }

  @Test
  void shouldInflateAndDeflate() throws IOException {
    StringBuilder imps = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      imps.append(i == 0 ? "" : ",").append("{\"id\":\"").append(i).append("\"}");
    }
    byte[] body = ("{\"id\":\"z\",\"imp\":[" + imps + "]}").getBytes(UTF_8);
    Answer answer =
        post(
            "/openrtb2/auction/ssp",
            "\r\nContent-Encoding: gzip\r\nAccept-Encoding: gzip",
            gzip(body));

    assertEquals(200, answer.status());
    assertEquals("gzip", answer.headers().get("content-encoding"));
    try (var in = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      assertEquals(10, new ObjectMapper().readTree(in.readAllBytes()).at("/seatbid/0/bid").size());
    }
    assertEquals(400, post("/openrtb2/auction/ssp", "\r\nContent-Encoding: gzip", body).status());
  }

  @Test
  void shouldHoldTheCapBeforeAndAfterInflating() throws IOException {
    byte[] spaces = new byte[CAP + 1];
    java.util.Arrays.fill(spaces, (byte) ' ');
    try (Connection connection = new Connection()) {
      connection.send(
          "POST /openrtb2/auction/ssp HTTP/1.1\r\nHost: x\r\nContent-Length: " + (CAP + 1),
          "{".getBytes(US_ASCII));
      assertEquals(413, connection.answer().status());
      assertTrue(connection.isClosedByServer());
    }
    assertEquals(
        413, post("/openrtb2/auction/ssp", "\r\nContent-Encoding: gzip", gzip(spaces)).status());
    byte[] most = java.util.Arrays.copyOf(spaces, CAP);
    System.arraycopy(GOOD.getBytes(UTF_8), 0, most, 0, GOOD.length());
    assertEquals(200, post("/openrtb2/auction/ssp", "", most).status());
  }

  @Test
  void shouldCloseTheConnectionOfABodyThatStalls() throws IOException {
    try (Connection connection = new Connection()) {
      connection.send(
          "POST /openrtb2/auction/ssp HTTP/1.1\r\nHost: x\r\nContent-Length: 100",
          "{\"id\":".getBytes(US_ASCII));
      assertEquals(400, connection.answer().status());
      assertTrue(connection.isClosedByServer());
    }
  }

  @Test
  void shouldKeepAStalledBodyApartFromTheNextRequest() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (Connection next = new Connection()) {
      HttpClientRequest stalled = open(streams(vertx));
      stalled.setChunked(true).write("{\"id\":").await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      Thread.sleep(DEADLINE_MILLIS + 600);
      next.write(
          "POST /openrtb2/auction/ssp HTTP/1.1\r\nHost: x\r\nContent-Length: "
              + GOOD.length()
              + "\r\n\r\n"
              + GOOD.substring(0, 9));
      Thread.sleep(200);
      stalled.write("x".repeat(100));
      Thread.sleep(200);
      next.write(GOOD.substring(9));
      assertEquals(200, next.answer().status());
    } finally {
      vertx.close().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Ends without an exception where the server still takes bytes after ten more deadlines. */
  private static void writeUntilClosed(Connection connection) throws Exception {
    for (int i = 0; i < 100; i++) {
      Thread.sleep(DEADLINE_MILLIS / 10);
      connection.write("x");
    }
  }

  @ParameterizedTest
  @CsvSource({"nobody,404,1", "nobody,404,300000", "ssp,415,1"})
  void shouldBoundTheBodyOfARequestThatIsRefusedByItsHead(String key, int status, int sent)
      throws Exception {
    try (Connection connection = new Connection()) {
      connection.send(
          "POST /openrtb2/auction/"
              + key
              + " HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9000000",
          "{".getBytes(US_ASCII));
      assertEquals(status, connection.answer().status());
      assertThrows(
          IOException.class,
          () -> {
            connection.write("x".repeat(sent));
            writeUntilClosed(connection);
          });
    }
  }

  @Test
  void shouldResetTheStreamOfABodyThatStallsAndKeepItsConnection() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      HttpClient client = streams(vertx);
      HttpClientRequest stalled = open(client);
      stalled.setChunked(true).write("{\"id\":").await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertEquals(400, stalled.response().await(PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode());
      HttpClientRequest next = open(client);
      assertEquals(200, next.send(GOOD).await(PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode());
      assertSame(stalled.connection(), next.connection());
      assertThrows(
          VertxException.class, () -> stalled.write("x").await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } finally {
      vertx.close().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** A client with one connection of HTTP/2. */
  private static HttpClient streams(Vertx vertx) {
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false),
        new PoolOptions().setHttp2MaxSize(1));
  }

  private static HttpClientRequest open(HttpClient client) throws Exception {
    return client
        .request(HttpMethod.POST, port, "127.0.0.1", "/openrtb2/auction/ssp")
        .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void shouldForgetABodyWhoseSenderIsGone() throws Exception {
    awaitOnLane(0, handler::inFlight);
    List<Connection> connections = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      connections.add(new Connection());
      connections
          .getLast()
          .send(
              "POST /openrtb2/auction/ssp HTTP/1.1\r\nHost: x\r\nContent-Length: 100",
              "{\"id\":".getBytes(US_ASCII));
    }
    awaitOnLane(20, handler::inFlight);
    long stalled = refusals("stalled");
    for (Connection connection : connections) {
      connection.close();
    }
    awaitOnLane(0, handler::inFlight);
    assertEquals(stalled, refusals("stalled"));
    assertEquals(200, post(GOOD).status());
  }

  private static void awaitOnLane(int expected, IntSupplier count) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    int counted;
    do {
      CompletableFuture<Integer> read = new CompletableFuture<>();
      lanes.all().getFirst().context().runOnContext(x -> read.complete(count.getAsInt()));
      counted = read.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } while (counted != expected && System.nanoTime() - end < 0);
    assertEquals(expected, counted);
  }

  private static long refusals(String cause) {
    return counter("adplatform_rtb_refusals_total{cause=\"" + cause + "\"} ");
  }

  private static long counter(String line) {
    return METRICS
        .scrape()
        .lines()
        .filter(each -> each.startsWith(line))
        .mapToLong(each -> (long) Double.parseDouble(each.substring(line.length())))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldAnswerWhatIsBeyondItsRateWithoutReadingIt() throws IOException {
    try (Connection connection = new Connection()) {
      connection.post("/openrtb2/auction/eager", "", "no JSON".getBytes(US_ASCII));
      Answer answer = connection.answer();
      assertEquals(204, answer.status());
      assertEquals("RATE_LIMITED", answer.headers().get("x-adplatform-reason"));
      connection.post("/openrtb2/auction/ssp", "", GOOD.getBytes(UTF_8));
      assertEquals(200, connection.answer().status());
    }
  }

  @Test
  void shouldNotCallAPartnerUnknownBeforeTheCatalogueIsRead() throws IOException {
    AUCTIONEER.ready = false;
    try {
      assertEquals(204, post("/openrtb2/auction/nobody", "", GOOD.getBytes(UTF_8)).status());
    } finally {
      AUCTIONEER.ready = true;
    }
    assertEquals(404, post("/openrtb2/auction/nobody", "", GOOD.getBytes(UTF_8)).status());
  }

  @ParameterizedTest
  @CsvSource({"2.5,v2_5", "2.6-202309,v2_other", "3.0,other", "nonsense,other"})
  void shouldCountVersionsAndReadAllAsTheSame(String version, String label) throws IOException {
    String line = "adplatform_rtb_versions_total{version=\"" + label + "\"} ";
    long before = counter(line);
    String header = "\r\nx-openrtb-version: " + version;
    assertEquals(200, post("/openrtb2/auction/ssp", header, GOOD.getBytes(UTF_8)).status());
    assertEquals(before + 1, counter(line));
  }
}
