package io.adplatform.wire.openrtb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adplatform.wire.json.IntList;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.video.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VideoReaderTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();
  private static final List<String> NUMBERS =
      List.of(
          "minduration",
          "maxduration",
          "w",
          "h",
          "startdelay",
          "plcmt",
          "linearity",
          "skip",
          "minbitrate",
          "maxbitrate",
          "x");
  private static final List<String> LISTS =
      List.of("rqddurs", "protocols", "battr", "api", "delivery", "playbackmethod");

  private final BidRequest request = new BidRequest();
  private final OpenRtbReader reader = new OpenRtbReader();

  private ReadFailure read(String imp) {
    byte[] body = ("{\"id\":\"r\",\"imp\":[" + imp + "]}").getBytes(StandardCharsets.UTF_8);
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    return reader.read(request);
  }

  private Video readVideo(String video) {
    assertEquals(ReadFailure.NONE, read("{\"id\":\"1\",\"video\":" + video + "}"));
    return request.imp(0).videoTerms;
  }

  @Test
  void shouldReadTypesTheOldProtocolCompanionsAndFloors() {
    Video video =
        readVideo(
            "{\"mimes\":[\"VIDEO/mp4\",\"x/y\"],\"protocol\":5,\"protocols\":[2],"
                + "\"companionad\":[{},{}],\"mincpmpersec\":0.0123456,\"durfloors\":[{}]}");
    assertTrue(video.offered && video.hasMimes);
    assertEquals(MediaType.MP4.bit(), video.mimes);
    assertTrue(video.protocols.contains(5) && video.protocols.contains(2));
    assertEquals(2, video.companions);
    assertEquals(12_346, video.minCpmMicrosPerSecond);
    assertEquals("[{}]", request.text(video.durationFloors));
    Video next = readVideo("{}");
    assertTrue(next.offered);
    assertFalse(next.hasMimes);
    assertEquals(0, next.mimes + next.companions + next.protocols.size());
    assertEquals(ReadFailure.NONE, read("{\"id\":\"1\"}"));
    assertFalse(request.imp(0).videoTerms.offered);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"w\":\"640\"} | WRONG_TYPE",
        "{\"w\":-2} | OUT_OF_RANGE",
        "{\"mimes\":\"video/mp4\"} | WRONG_TYPE",
        "{\"w\":1,\"w\":2} | DUPLICATE_KEY",
        "{\"mincpmpersec\":1e999} | OUT_OF_RANGE",
        "[] | WRONG_TYPE",
        "{\"w\":1 | TRUNCATED"
      })
  void shouldRefuseAnImpWhoseVideoIsBroken(String video, ReadFailure failure) {
    ReadFailure read = read("{\"id\":\"1\",\"video\":" + video + "}");
    assertTrue(read == failure || failure == ReadFailure.TRUNCATED && read != ReadFailure.NONE);
  }

  @Property(seed = "3207", tries = 500)
  void shouldReadWhatATreeReads(@ForAll long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    ObjectNode tree = JACKSON.createObjectNode();
    for (String number : NUMBERS) {
      if (random.nextBoolean()) {
        tree.put(number, random.nextInt(1_000));
      }
    }
    for (String list : LISTS) {
      if (random.nextBoolean()) {
        ArrayNode numbers = tree.putArray(list);
        for (int i = random.nextInt(5); i > 0; i--) {
          numbers.add(random.nextInt(40));
        }
      }
    }
    Video video = readVideo(tree.toString());
    assertEquals(tree.path("minduration").asInt(), video.minSeconds);
    assertEquals(tree.path("maxduration").asInt(), video.maxSeconds);
    assertEquals(tree.path("w").asInt(), video.width);
    assertEquals(tree.path("h").asInt(), video.height);
    assertEquals(tree.path("startdelay").asInt(Integer.MIN_VALUE), video.startDelay);
    assertEquals(tree.path("plcmt").asInt(-1), video.placementSubtype);
    assertEquals(tree.path("linearity").asInt(), video.linearity);
    assertEquals(tree.path("skip").asInt(-1), video.skip);
    assertEquals(tree.path("minbitrate").asInt(), video.minBitrateKbps);
    assertEquals(tree.path("maxbitrate").asInt(), video.maxBitrateKbps);
    assertList(tree.path("rqddurs"), video.requiredSeconds);
    assertList(tree.path("protocols"), video.protocols);
    assertList(tree.path("battr"), video.blockedAttributes);
    assertList(tree.path("api"), video.apis);
    assertList(tree.path("delivery"), video.deliveries);
    assertEquals(tree, JACKSON.readTree(request.text(request.imp(0).video)));
  }

  private static void assertList(JsonNode expected, IntList actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < actual.size(); i++) {
      assertEquals(expected.get(i).asInt(), actual.get(i));
    }
  }
}
