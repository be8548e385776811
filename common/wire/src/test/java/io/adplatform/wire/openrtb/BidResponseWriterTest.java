package io.adplatform.wire.openrtb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.token.TokenCodec;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BidResponseWriterTest {
  private static final ObjectMapper JACKSON =
      new ObjectMapper()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final String URL = "https://ads.example";
  private static final String TOKEN = "T".repeat(TokenCodec.TEXT_LENGTH);

  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest request = new BidRequest();
  private final BidResponseWriter writer = new BidResponseWriter("house \"seat\"");

  private static CreativeTemplate creative(
      String markup, List<String> categories, List<Integer> attributes) {
    return CreativeTemplate.compile(
        new Creative(
            77,
            1,
            1,
            "c",
            Status.ACTIVE,
            Format.BANNER,
            300,
            250,
            markup,
            "https://acme.example/",
            List.of("acme.example", "acme.test"),
            categories,
            attributes,
            true),
        URL);
  }

  private void read(String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    assertEquals(ReadFailure.NONE, reader.read(request));
  }

  private String respond(long price, CreativeTemplate creative) {
    writer.begin(request, 0x11, 0x22, 978);
    for (int i = 0; i < request.impCount(); i++) {
      writer.bid(
          request,
          request.imp(i),
          0x11,
          0x22 + i,
          price,
          4_242_424_242L,
          60,
          creative,
          TOKEN.getBytes(StandardCharsets.US_ASCII));
    }
    int length = writer.end();
    return new String(writer.bytes(), 0, length, StandardCharsets.UTF_8);
  }

  @Test
  void shouldWriteEveryFieldOfABid() throws Exception {
    read("{\"id\":\"r\",\"imp\":[{\"id\":\"1\"},{\"id\":\"2\"}]}");
    JsonNode response =
        JACKSON.readTree(
            respond(
                2_500_001,
                creative("<a href=\"${CLICK_URL}\">é</a>", List.of("IAB1"), List.of(1, 9))));

    assertEquals("r", response.get("id").asText());
    assertEquals("EUR", response.get("cur").asText());
    assertEquals("00000000000000110000000000000022", response.get("bidid").asText());
    assertEquals(1, response.get("seatbid").size());
    JsonNode seat = response.get("seatbid").get(0);
    assertEquals("house \"seat\"", seat.get("seat").asText());
    assertEquals(2, seat.get("bid").size());
    assertEquals("2", seat.get("bid").get(1).get("impid").asText());
    JsonNode bid = seat.get("bid").get(0);
    assertEquals("00000000000000110000000000000022", bid.get("id").asText());
    assertEquals("1", bid.get("impid").asText());
    assertEquals(new BigDecimal("2.500001"), bid.get("price").decimalValue());
    assertEquals("4242424242", bid.get("cid").asText());
    assertEquals("77", bid.get("crid").asText());
    assertEquals("77", bid.get("adid").asText());
    assertEquals(JACKSON.readTree("[\"acme.example\",\"acme.test\"]"), bid.get("adomain"));
    assertEquals(JACKSON.readTree("[\"IAB1\"]"), bid.get("cat"));
    assertEquals(JACKSON.readTree("[1,9]"), bid.get("attr"));
    assertEquals(300, bid.get("w").asInt());
    assertEquals(250, bid.get("h").asInt());
    assertEquals(60, bid.get("exp").asInt());
    assertEquals(1, bid.get("mtype").asInt());
  }

  @Test
  void shouldFillTokensAndLeaveTheMacrosOfTheSsp() throws Exception {
    read("{\"id\":\"r\",\"imp\":[{\"id\":\"1\"}]}");
    JsonNode bid =
        JACKSON
            .readTree(
                respond(
                    1,
                    creative(
                        "<a href='${CLICK_URL}'>a</a><a href='${CLICK_URL}'>${AUCTION_ID}</a>",
                        List.of(),
                        List.of())))
            .at("/seatbid/0/bid/0");

    assertEquals(URL + "/n/win/" + TOKEN + "?p=${AUCTION_PRICE}", bid.get("nurl").asText());
    assertEquals(URL + "/n/bill/" + TOKEN + "?p=${AUCTION_PRICE}", bid.get("burl").asText());
    assertEquals(
        URL + "/n/loss/" + TOKEN + "?p=${AUCTION_PRICE}&r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}",
        bid.get("lurl").asText());
    String click = URL + "/e/click/" + TOKEN;
    assertTrue(
        bid.get("adm")
            .asText()
            .startsWith(
                "<a href='"
                    + click
                    + "'>a</a><a href='"
                    + click
                    + "'>${AUCTION_ID}</a><img src=\""
                    + URL
                    + "/e/imp/"
                    + TOKEN
                    + "?p=${AUCTION_PRICE}\""),
        bid.get("adm").asText());
    assertFalse(bid.has("cat") || bid.has("attr"));
  }

  @Test
  void shouldEchoIdsAsTheyWereWritten() {
    read("{\"id\":\"a\\u0062\\/\",\"imp\":[{\"id\":\"\\\"\\u00e9\"}]}");
    String response = respond(1, creative("m", List.of(), List.of()));

    assertTrue(response.startsWith("{\"id\":\"a\\u0062\\/\","), response);
    assertTrue(response.contains("\"impid\":\"\\\"\\u00e9\","), response);
  }

  @Property(seed = "2026", tries = 200)
  void shouldKeepAnyMarkupAndWritePricesExactly(
      @ForAll String markup, @ForAll @LongRange(min = 1, max = 1_000_000_000_000L) long price)
      throws Exception {
    read("{\"id\":\"r\",\"imp\":[{\"id\":\"1\"}]}");
    String whole = new String(markup.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    JsonNode bid =
        JACKSON
            .readTree(respond(price, creative(whole, List.of(), List.of())))
            .at("/seatbid/0/bid/0");

    assertTrue(
        bid.get("adm")
            .asText()
            .startsWith(whole.replace("${CLICK_URL}", URL + "/e/click/" + TOKEN)));
    assertEquals(
        0,
        BigDecimal.valueOf(price, 6).compareTo(bid.get("price").decimalValue()),
        bid.get("price").asText());
  }

  @Test
  void shouldGrowForManyLargeBids() throws Exception {
    StringBuilder imps = new StringBuilder();
    for (int i = 0; i < BidRequest.MAX_IMPS; i++) {
      imps.append(i == 0 ? "" : ",")
          .append("{\"id\":\"")
          .append("i".repeat(300))
          .append(i)
          .append("\"}");
    }
    read("{\"id\":\"r\",\"imp\":[" + imps + "]}");
    JsonNode bids =
        JACKSON
            .readTree(respond(1, creative("<b>".repeat(5_000), List.of(), List.of())))
            .at("/seatbid/0/bid");

    assertEquals(BidRequest.MAX_IMPS, bids.size());
  }
}
