package io.adplatform.rtb.auction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adplatform.rtb.openrtb.AuctionHandler;
import io.adplatform.rtb.openrtb.EndpointConfig;
import io.adplatform.rtb.openrtb.RefusalLog;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.http.LaneHttpServer;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.wire.catalogue.Status;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The endpoint with its auctions behind it, over HTTP. */
class AuctionEndpointTest {
  private static final int MAX_BIDS = 3;

  @Test
  void shouldAnswerSeveralBidsPerImpInOneSeat() throws Exception {
    Lanes lanes = Lanes.start(LaneConfig.laptop());
    try (LaneFixture fixture = new LaneFixture(lanes, System.currentTimeMillis(), null);
        RefusalLog refusals = new RefusalLog();
        HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < 5; i++) {
        fixture.lineItem(40 + i, 1_000_000 + 100_000 * i);
      }
      fixture.publish(LaneFixture.partner(Status.ACTIVE, 0, 1_000, 0, MAX_BIDS));
      int port = serve(lanes, fixture, refusals);
      String body =
          "{\"id\":\"r1\",\"imp\":[{\"id\":\"a\",\"banner\":{\"w\":300,\"h\":250}},"
              + "{\"id\":\"b\",\"banner\":{\"w\":300,\"h\":250}}]}";
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + port + "/openrtb2/auction/demo-ssp"))
                  .version(HttpClient.Version.HTTP_1_1)
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(200, answer.statusCode());
      JsonNode response = new ObjectMapper().readTree(answer.body());
      assertEquals(1, response.get("seatbid").size());
      JsonNode bids = response.at("/seatbid/0/bid");
      assertEquals(2 * MAX_BIDS, bids.size());
      Set<String> ids = new HashSet<>();
      for (int i = 0; i < bids.size(); i++) {
        assertTrue(ids.add(bids.get(i).get("id").asText()));
        assertEquals(i < MAX_BIDS ? "a" : "b", bids.get(i).get("impid").asText());
        assertEquals(1.4 - 0.1 * (i % MAX_BIDS), bids.get(i).get("price").asDouble(), 1e-9);
      }
      assertEquals(2 * MAX_BIDS, fixture.records().size());
      assertEquals(2, fixture.counter("adplatform_auctions_total", "reason=\"none\""));
    }
  }

  static int serve(Lanes lanes, LaneFixture fixture, RefusalLog refusals) throws Exception {
    Lane lane = lanes.all().getFirst();
    CompletableFuture<Integer> listening = new CompletableFuture<>();
    lane.context()
        .runOnContext(
            start ->
                lanes
                    .vertx()
                    .createHttpServer(LaneHttpServer.options().setHost("127.0.0.1").setPort(0))
                    .requestHandler(
                        new AuctionHandler(
                            lane,
                            fixture.auctions,
                            EndpointConfig.standard(),
                            fixture.metrics,
                            refusals))
                    .listen()
                    .onComplete(
                        server -> listening.complete(server.actualPort()),
                        listening::completeExceptionally));
    return listening.get(10, TimeUnit.SECONDS);
  }
}
