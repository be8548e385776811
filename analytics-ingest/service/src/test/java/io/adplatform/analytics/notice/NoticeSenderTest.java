package io.adplatform.analytics.notice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.adplatform.analytics.ingest.ApiFixture;
import io.adplatform.analytics.ingest.Ingest;
import io.adplatform.analytics.ingest.TopicFixture;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.sbe.MessageHeaderEncoder;
import io.adplatform.wire.sbe.NoticeKind;
import io.adplatform.wire.sbe.PartnerNoticeEncoder;
import io.adplatform.wire.targeting.Targeting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Notices from the topic to a partner's server, and what is kept of them. */
class NoticeSenderTest {
  private static final long DEMAND = 8_200_001;
  private static final long OTHER = 8_200_002;
  private static final long AUCTION_HI = AuctionId.hi(1, 1_800_000_000, 0);

  private final Map<String, AtomicInteger> hits = new ConcurrentHashMap<>();
  private final String topic = TestKafka.freshPrefix() + "notices";
  private HttpServer partner;
  private TopicFixture fixture;
  private Ingest ingest;
  private NoticeSender sender;
  private ApiFixture api;

  @BeforeEach
  void start() throws IOException {
    partner = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    partner.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          int hit = hits.computeIfAbsent(path, key -> new AtomicInteger()).incrementAndGet();
          int status =
              switch (path) {
                case "/twice" -> hit <= 2 ? 500 : 204;
                case "/moved" -> 302;
                default -> 200;
              };
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    partner.start();
    TestKafka.createTopic(topic, TopicFixture.PARTITIONS, Map.of());
    fixture = new TopicFixture();
    fixture.publish(1, demandPartner(DEMAND, ApiFixture.BIDDER, partner.getAddress().getPort()));
    fixture.publish(2, demandPartner(OTHER, 23, 9));
    ingest = Ingest.launch(fixture.config, fixture.metrics);
    api =
        new ApiFixture(
            builder ->
                sender =
                    NoticeSender.start(
                        fixture.config.kafka(),
                        topic,
                        Duration.ofMillis(20),
                        ingest,
                        builder,
                        fixture.metrics));
    fixture.awaitNumber(2, "SELECT count() FROM entities FINAL WHERE id IN (8200001, 8200002)");
  }

  @AfterEach
  void close() {
    api.close();
    sender.close();
    ingest.close();
    fixture.close();
    partner.stop(0);
  }

  private static DemandPartner demandPartner(long id, long account, int port) {
    return new DemandPartner(
        id,
        account,
        "dsp" + id,
        Status.ACTIVE,
        new DemandPartner.Endpoint(
            Map.of(DemandPartner.ANY_REGION, "http://127.0.0.1:" + port + "/bid"),
            DemandPartner.Protocol.OPENRTB_2_6,
            100,
            10,
            false,
            null,
            null),
        new DemandPartner.Terms("USD", List.of(), 0, DemandPartner.PriceEncoding.PLAIN),
        new DemandPartner.Sent(List.of(Format.BANNER), Targeting.ANY, List.of()));
  }

  private void send(NoticeKind kind, long auctionLo, long demandPartnerId, String path) {
    byte[] url =
        ("http://127.0.0.1:" + partner.getAddress().getPort() + path)
            .getBytes(StandardCharsets.UTF_8);
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
    PartnerNoticeEncoder notice =
        new PartnerNoticeEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .timeMillis(System.currentTimeMillis())
            .auctionHi(AUCTION_HI)
            .auctionLo(auctionLo)
            .demandPartnerId(demandPartnerId)
            .supplyPartnerId(33)
            .kind(kind);
    notice.putUrl(url, 0, url.length);
    fixture.sendRaw(
        topic,
        (int) (auctionLo % TopicFixture.PARTITIONS),
        Arrays.copyOf(buffer.byteArray(), notice.limit()));
  }

  private JsonArray notices(String key, long auctionLo) {
    return api.json(key, "/api/v1/auctions/" + AuctionId.text(AUCTION_HI, auctionLo) + "/notices")
        .getJsonArray("items");
  }

  private int status(String key, long auctionLo) {
    String path = "/api/v1/auctions/" + AuctionId.text(AUCTION_HI, auctionLo) + "/notices";
    return api.get(key, path).statusCode();
  }

  @Test
  void shouldCallUntilItIsTakenAndTellOfEachAttemptPoint28() {
    send(NoticeKind.NURL, 1, DEMAND, "/twice");
    send(NoticeKind.BURL, 1, DEMAND, "/bill?p=1.5&left=${OTHER}");
    fixture.awaitNumber(2, "SELECT count() FROM partner_notices WHERE outcome = 'SENT'");
    assertEquals(3, hits.get("/twice").get());
    assertEquals(1, hits.get("/bill").get());
    JsonArray told = notices("operator", 1);
    assertEquals(4, told.size(), told.encode());
    List<JsonObject> wins =
        told.stream()
            .map(JsonObject.class::cast)
            .filter(one -> one.getString("kind").equals("NURL"))
            .toList();
    assertEquals(
        List.of(500, 500, 204), wins.stream().map(one -> one.getInteger("status")).toList());
    assertEquals(List.of(1, 2, 3), wins.stream().map(one -> one.getInteger("attempt")).toList());
    assertEquals("SENT", wins.getLast().getString("outcome"));
    assertEquals(Long.toString(DEMAND), wins.getLast().getString("demandPartnerId"));
    assertEquals(4, notices("bidder", 1).size());
    assertEquals(404, status("seller", 1));
    assertEquals(403, status("buyer", 1));
    assertEquals(404, status("operator", 2));
  }

  @Test
  void shouldNotBeLedIntoItsOwnNetwork() {
    send(NoticeKind.NURL, 1, OTHER, "/private");
    send(NoticeKind.NURL, 2, DEMAND, "/moved");
    send(NoticeKind.NURL, 3, DEMAND, "/open");
    fixture.awaitNumber(1, "SELECT count() FROM partner_notices WHERE outcome = 'REFUSED'");
    fixture.awaitNumber(1, "SELECT count() FROM partner_notices WHERE outcome = 'SENT'");
    fixture.awaitNumber(
        1, "SELECT count() > 1 FROM partner_notices WHERE outcome = 'FAILED' AND status = 302");
    assertFalse(hits.containsKey("/private"));
    assertFalse(hits.containsKey("/elsewhere"));
    assertEquals(1, hits.get("/open").get());
  }

  @Test
  void shouldTellPublicAddressesFromOthers() throws Exception {
    for (String own :
        List.of(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:7f00:1::")) {
      assertFalse(NoticeTargets.isPublic(InetAddress.getByName(own)), own);
    }
    for (String open : List.of("8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111")) {
      assertTrue(NoticeTargets.isPublic(InetAddress.getByName(open)), open);
    }
    NoticeTargets targets = new NoticeTargets(id -> null);
    for (String bad :
        List.of(
            "",
            "x",
            "/path",
            "ftp://8.8.8.8/",
            "file:///etc/passwd",
            "http://u@8.8.8.8/",
            "http://[::1]/",
            "http://2130706433/",
            "http://localhost/")) {
      assertThrows(IllegalArgumentException.class, () -> targets.check(bad, 1), bad);
    }
    assertEquals("/a?x=%7B1%7D", path(targets, "http://8.8.8.8/a?x={1}"));
  }

  private static String path(NoticeTargets targets, String url) throws Exception {
    java.net.URI uri = targets.check(url, 1);
    return uri.getRawPath() + "?" + uri.getRawQuery();
  }
}
