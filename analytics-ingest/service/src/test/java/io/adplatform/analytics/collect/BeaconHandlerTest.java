package io.adplatform.analytics.collect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.journal.MemoryLaneJournal;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.token.Token;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeaconHandlerTest {
  private static final int PATIENCE_SECONDS = 60;

  @TempDir Path folder;

  @Test
  void shouldRecordAnImpressionAndAnswerWithAPixel() throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      HttpResponse<byte[]> answer =
          server.send("GET", "/e/imp/" + TestTokens.valid(1) + "?p=1.2345678");
      assertEquals(200, answer.statusCode());
      assertEquals("image/gif", answer.headers().firstValue("content-type").orElseThrow());
      assertEquals("no-store", answer.headers().firstValue("cache-control").orElseThrow());
      assertEquals("*", answer.headers().firstValue("access-control-allow-origin").orElseThrow());
      assertEquals('G', answer.body()[0]);
      assertEquals(200, server.send("POST", "/e/imp/" + TestTokens.valid(2)).statusCode());
      server.signals(
          signal -> {
            assertEquals(SignalKind.IMPRESSION, signal.kind());
            assertEquals(signal.auctionLo() == 1 ? 1_234_568 : -1, signal.priceCpmMicros());
            assertEquals(77, signal.auctionHi());
            assertEquals(9, signal.leaseId());
            assertEquals(1_000_000, signal.leaseAmountMicros());
            assertEquals(44, signal.lineItemId());
            assertEquals(2_500, signal.chargeMicros());
            assertEquals(840, signal.currency());
          });
      assertEquals(List.of(1L, 2L), server.recordedAuctions());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "start, VIDEO_START",
    "firstQuartile, VIDEO_FIRST_QUARTILE",
    "midpoint, VIDEO_MIDPOINT",
    "thirdQuartile, VIDEO_THIRD_QUARTILE",
    "complete, VIDEO_COMPLETE"
  })
  void shouldRecordTheProgressOfVideos(String event, SignalKind kind) throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      HttpResponse<byte[]> answer =
          server.send("GET", "/e/video/" + event + "/" + TestTokens.valid(1));
      assertEquals(200, answer.statusCode());
      assertEquals("image/gif", answer.headers().firstValue("content-type").orElseThrow());
      assertEquals(404, server.send("GET", "/e/video/other/" + TestTokens.valid(2)).statusCode());
      assertEquals(List.of(kind), kinds(server));
    }
  }

  @Test
  void shouldRecordErrorsOfVideosWithTheirCodeAndClicksThatPlayersLedOn() throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      String error = "/e/video/error/" + TestTokens.valid(1);
      assertEquals(200, server.send("GET", error + "?e=405").statusCode());
      assertEquals(200, server.send("GET", "/e/clicktrack/" + TestTokens.valid(2)).statusCode());
      server.signals(
          signal ->
              assertEquals(
                  signal.kind() == SignalKind.VIDEO_ERROR ? 405 : 0xfffe, signal.lossReason()));
      assertEquals(List.of(SignalKind.VIDEO_ERROR, SignalKind.CLICK), kinds(server));
    }
  }

  @Test
  void shouldSendClicksToTheLandingPage() throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      HttpResponse<byte[]> click = server.send("GET", "/e/click/" + TestTokens.valid(1));
      assertEquals(302, click.statusCode());
      assertEquals(TestTokens.LANDING_PAGE, click.headers().firstValue("location").orElseThrow());
      String expired = TestTokens.text(TestTokens.KEYS, 2, 1_000);
      assertEquals(302, server.send("GET", "/e/click/" + expired).statusCode());
      assertEquals(List.of(1L), server.recordedAuctions());
      assertEquals(1, server.counters.get(CollectOutcome.EXPIRED_CLICK));
    }
  }

  @Test
  void shouldHandTheTokenOnToTheLandingPageThatAsksForIt() throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      server.landOn("https://acme.example/thanks?t=${TOKEN}&x=1");
      long expirySeconds = System.currentTimeMillis() / 1_000 + 600;
      String token = token(BidModel.CPA, 1, expirySeconds);
      HttpResponse<byte[]> click = server.send("GET", "/e/click/" + token);
      String clicked = TestTokens.clicked(1, expirySeconds, BidModel.CPA);
      assertEquals(
          "https://acme.example/thanks?t=" + clicked + "&x=1",
          click.headers().firstValue("location").orElseThrow());
      HttpResponse<byte[]> conversion = server.send("POST", "/e/conv/" + clicked);
      assertEquals(200, conversion.statusCode());
      assertEquals("image/gif", conversion.headers().firstValue("content-type").orElseThrow());
      assertEquals(200, server.send("GET", "/e/view/" + token).statusCode());
      assertEquals(
          List.of(SignalKind.CLICK, SignalKind.CONVERSION, SignalKind.VIEW), kinds(server));
      server.signals(
          signal -> assertEquals(BidModel.CPA, Token.model(signal.flags()), "of " + signal.kind()));
    }
  }

  /** Whoever sees markup, or a bid that lost, has its token. */
  @Test
  void shouldTakeConversionsOnlyWithTheTokenThatAClickBrought() throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      long expirySeconds = System.currentTimeMillis() / 1_000 + 600;
      String markup = token(BidModel.CPA, 1, expirySeconds);
      String clicked = TestTokens.clicked(1, expirySeconds, BidModel.CPA);
      assertEquals(404, server.send("GET", "/e/conv/" + markup).statusCode());
      assertEquals(404, server.send("POST", "/e/conv/" + TestTokens.valid(2)).statusCode());
      for (String path :
          List.of("/e/imp/", "/e/view/", "/e/click/", "/n/win/", "/n/bill/", "/n/loss/")) {
        assertEquals(404, server.send("GET", path + clicked).statusCode(), path);
      }
      assertEquals(8, server.counters.get(CollectOutcome.MISPLACED));
      assertEquals(List.of(), server.recordedAuctions());
      assertEquals(200, server.send("GET", "/e/conv/" + clicked).statusCode());
      assertEquals(List.of(1L), server.recordedAuctions());
    }
  }

  /** A click is taken for longer where it is paid for, or is late: the page's token is not. */
  @ParameterizedTest
  @CsvSource({"CPC, 60", "CPC, -900", "CPA, 60", "CPA, -900", "CPM, -900"})
  void shouldHandOnTheTokenWithItsOwnEnd(BidModel model, long secondsLeft) throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      server.landOn("https://acme.example/?t=${TOKEN}");
      long expirySeconds = System.currentTimeMillis() / 1_000 + secondsLeft;
      HttpResponse<byte[]> click = server.send("GET", "/e/click/" + token(model, 1, expirySeconds));
      assertEquals(
          "https://acme.example/?t=" + TestTokens.clicked(1, expirySeconds, model),
          click.headers().firstValue("location").orElseThrow());
      boolean late = model == BidModel.CPC;
      server.signals(
          signal -> {
            assertEquals(expirySeconds + (late ? 1_800 : 0), signal.expirySeconds());
            assertEquals(0, signal.flags() & Token.FLAG_CLICKED);
          });
    }
  }

  /** The impression's time is over, that of what is paid for is not. */
  @ParameterizedTest
  @CsvSource({"CPC, /e/click/, 302, 1800", "VCPM, /e/view/, 200, 600", "CPA, /e/conv/, 200, 43200"})
  void shouldTakeWhatIsPaidForAfterTheImpressionsTime(
      BidModel model, String path, int status, int seconds) throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      long now = System.currentTimeMillis() / 1_000;
      long ended = now - seconds / 2;
      assertEquals(status, server.send("GET", path + fired(model, 1, ended)).statusCode());
      assertEquals(404, server.send("GET", "/e/imp/" + token(model, 2, ended)).statusCode());
      server.signals(signal -> assertEquals(ended + seconds, signal.expirySeconds()));
      // Repeats are told by the same end, however early they come.
      String valid = fired(model, 3, now + 60);
      assertEquals(status, server.send("GET", path + valid).statusCode());
      server.signals(
          signal ->
              assertEquals(
                  (signal.auctionLo() == 1 ? ended : now + 60) + seconds, signal.expirySeconds()));
      String over = fired(model, 4, now - seconds - 5);
      assertEquals(model == BidModel.CPC ? 302 : 404, server.send("GET", path + over).statusCode());
      assertEquals(List.of(1L, 3L), server.recordedAuctions());
    }
  }

  private static String token(BidModel model, long auction, long expirySeconds) {
    return TestTokens.text(TestTokens.KEYS, auction, expirySeconds, model);
  }

  /** What is paid for is told with it: conversions with the landing page's. */
  private static String fired(BidModel model, long auction, long expirySeconds) {
    return model == BidModel.CPA
        ? TestTokens.clicked(auction, expirySeconds, model)
        : token(model, auction, expirySeconds);
  }

  private static List<SignalKind> kinds(BeaconServer server) throws Exception {
    List<SignalKind> kinds = new ArrayList<>();
    server.signals(signal -> kinds.add(signal.kind()));
    return kinds;
  }

  @Test
  void shouldRecordNothingBeforeItsJournalIsAwaited() throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      server.awaited = false;
      assertEquals(503, server.send("GET", "/e/imp/" + TestTokens.valid(1)).statusCode());
      assertEquals(503, server.send("GET", "/n/bill/" + TestTokens.valid(2)).statusCode());
      assertEquals(2, server.counters.get(CollectOutcome.NOT_AWAITED));
      server.awaited = true;
      assertEquals(200, server.send("GET", "/e/imp/" + TestTokens.valid(3)).statusCode());
      assertEquals(List.of(3L), server.recordedAuctions());
    }
  }

  @Test
  void shouldRecordWhatANoticeSays() throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      String loss = "/n/loss/" + TestTokens.valid(1) + "?p=0.5&r=102&m=0.75";
      String win = "/n/win/" + TestTokens.valid(2) + "?p=${AUCTION_PRICE}";
      String bill = "/n/bill/" + TestTokens.valid(3);
      assertEquals(204, server.send("GET", loss).statusCode());
      assertEquals(
          204,
          server
              .send("POST", win.replace("$", "%24").replace("{", "%7B").replace("}", "%7D"))
              .statusCode());
      assertEquals(204, server.send("GET", bill).statusCode());
      server.signals(
          signal -> {
            boolean first = signal.auctionLo() == 1;
            assertEquals(first ? 500_000 : -1, signal.priceCpmMicros());
            assertEquals(first ? 750_000 : -1, signal.minToWinCpmMicros());
            assertEquals(first ? 102 : 65_534, signal.lossReason());
          });
      assertEquals(List.of(1L, 2L, 3L), server.recordedAuctions());
    }
  }

  @Test
  void shouldRefuseWhatIsNotOursAndRecordNoneOfIt() throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      String valid = TestTokens.valid(1);
      String altered = valid.substring(0, 60) + (valid.charAt(60) == 'A' ? 'B' : 'A');
      String foreign =
          TestTokens.text(TestTokens.FOREIGN_KEYS, 1, System.currentTimeMillis() / 1000 + 60);
      String expired = TestTokens.text(TestTokens.KEYS, 1, 1_000);
      assertEquals(404, server.send("GET", "/e/imp/" + foreign).statusCode());
      assertEquals(404, server.send("GET", "/e/imp/" + altered + valid.substring(61)).statusCode());
      assertEquals(404, server.send("GET", "/e/imp/" + valid.substring(1)).statusCode());
      assertEquals(404, server.send("GET", "/e/imp/").statusCode());
      assertEquals(404, server.send("GET", "/e/imp/" + expired).statusCode());
      assertEquals(404, server.send("GET", "/e/glance/" + valid).statusCode());
      assertEquals(404, server.send("GET", "/n/imp/" + valid).statusCode());
      assertEquals(405, server.send("DELETE", "/e/imp/" + valid).statusCode());
      assertEquals(2, server.counters.get(CollectOutcome.FORGED));
      assertEquals(2, server.counters.get(CollectOutcome.MALFORMED));
      assertEquals(1, server.counters.get(CollectOutcome.EXPIRED));
      assertEquals(2, server.counters.get(CollectOutcome.UNKNOWN_KIND));
      assertEquals(1, server.counters.get(CollectOutcome.METHOD));
      assertEquals(List.of(), server.recordedAuctions());
    }
  }

  @Test
  void shouldCountByKindAndTellTheReasonsOfLosses() throws Exception {
    try (BeaconServer server = BeaconServer.start(folder)) {
      server.send("GET", "/e/imp/" + TestTokens.valid(1));
      server.send("GET", "/n/loss/" + TestTokens.valid(2) + "?r=102");
      server.send("GET", "/n/loss/" + TestTokens.valid(3) + "?r=205");
      server.send("GET", "/n/loss/" + TestTokens.valid(4) + "?r=54321");
      server.send("GET", "/n/nothing/" + TestTokens.valid(5));
      String metrics = new String(server.send("GET", "/metrics").body(), StandardCharsets.UTF_8);
      for (String line :
          List.of(
              "adplatform_beacons_total{kind=\"imp\",outcome=\"recorded\"} 1.0",
              "adplatform_beacons_total{kind=\"loss\",outcome=\"recorded\"} 3.0",
              "adplatform_beacons_total{kind=\"unknown\",outcome=\"unknown_kind\"} 1.0",
              "adplatform_losses_notified_total{reason=\"outbid\"} 1.0",
              "adplatform_losses_notified_total{reason=\"creative\"} 1.0",
              "adplatform_losses_notified_total{reason=\"not_given\"} 1.0",
              "adplatform_beacon_recorded_seconds_count 4")) {
        assertTrue(metrics.contains(line), line);
      }
    }
  }

  @Test
  void shouldAnswerOnlyWhatIsRecorded() throws Exception {
    MemoryLaneJournal[] journal = new MemoryLaneJournal[1];
    try (BeaconServer server =
        BeaconServer.start(folder, lane -> journal[0] = new MemoryLaneJournal(1, lane::wakeup))) {
      CompletableFuture<HttpResponse<Void>> first = beacon(server, 1);
      awaitOffered(server, journal[0], 1);
      assertFalse(first.isDone());
      onLane(server, journal[0]::record);
      assertEquals(200, status(first));

      CompletableFuture<HttpResponse<Void>> lost = beacon(server, 2);
      awaitOffered(server, journal[0], 2);
      onLane(server, () -> journal[0].fail(2));
      assertEquals(503, status(lost));
      assertEquals(1, server.counters.get(CollectOutcome.NOT_RECORDED));
    }
  }

  @Test
  void shouldPutOffWhatTheJournalDoesNotTake() throws Exception {
    MemoryLaneJournal[] journal = new MemoryLaneJournal[1];
    try (BeaconServer server =
        BeaconServer.start(folder, lane -> journal[0] = new MemoryLaneJournal(1, lane::wakeup))) {
      onLane(server, () -> journal[0].refuseSignals(LaneJournal.BACK_PRESSURED));
      HttpResponse<byte[]> refused = server.send("GET", "/e/imp/" + TestTokens.valid(1));
      assertEquals(503, refused.statusCode());
      assertTrue(refused.headers().firstValue("retry-after").isPresent());
      onLane(server, () -> journal[0].refuseSignals(LaneJournal.JOURNAL_FULL));
      assertEquals(503, server.send("GET", "/n/win/" + TestTokens.valid(2)).statusCode());
      assertEquals(1, server.counters.get(CollectOutcome.BACK_PRESSURED));
      assertEquals(1, server.counters.get(CollectOutcome.JOURNAL_FULL));
    }
  }

  private static CompletableFuture<HttpResponse<Void>> beacon(BeaconServer server, long auction) {
    return server
        .client()
        .sendAsync(
            server.request("GET", "/e/imp/" + TestTokens.valid(auction)),
            HttpResponse.BodyHandlers.discarding());
  }

  private static int status(CompletableFuture<HttpResponse<Void>> answer) throws Exception {
    return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode();
  }

  private static void awaitOffered(BeaconServer server, MemoryLaneJournal journal, int count)
      throws Exception {
    int[] size = new int[1];
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (size[0] < count && System.nanoTime() < deadline) {
      onLane(server, () -> size[0] = journal.size());
    }
    assertEquals(count, size[0]);
  }

  private static void onLane(BeaconServer server, Runnable task) throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    server
        .node
        .lanes()
        .lane(0)
        .execute(
            () -> {
              task.run();
              done.countDown();
            });
    assertTrue(done.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }
}
