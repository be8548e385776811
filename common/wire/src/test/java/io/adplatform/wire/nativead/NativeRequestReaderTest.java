package io.adplatform.wire.nativead;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adplatform.wire.video.MediaType;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeRequestReaderTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();
  private final NativeRequestReader reader = new NativeRequestReader();
  private final NativeTerms terms = new NativeTerms();

  private boolean read(String json) {
    byte[] bytes = ("  " + json).getBytes(StandardCharsets.UTF_8);
    terms.reset();
    return reader.read(bytes, 2, bytes.length - 2, terms);
  }

  @Test
  void shouldReadAssetsAndTrackersWithAndWithoutTheOuterObject() {
    String request =
        "{\"ver\":\"1.2\",\"assets\":[{\"id\":7,\"required\":1,\"title\":{\"len\":90}},"
            + "{\"id\":8,\"img\":{\"type\":3,\"wmin\":300,\"hmin\":157,"
            + "\"mimes\":[\"image/png\",\"x/y\"]}},{\"id\":9,\"data\":{\"type\":12,\"len\":15}},"
            + "{\"id\":10,\"video\":{}}],"
            + "\"eventtrackers\":[{\"event\":1,\"methods\":[2,1]},{\"event\":2,\"methods\":[2]}]}";
    for (String json : new String[] {request, "{\"native\":" + request + "}"}) {
      assertTrue(read(json));
      assertEquals(4, terms.count());
      assertEquals(NativeTerms.TITLE, terms.kind(0));
      assertEquals(7, terms.id(0));
      assertTrue(terms.isRequired(0));
      assertEquals(90, terms.length(0));
      assertEquals(NativeTerms.IMAGE, terms.kind(1));
      assertEquals(300, terms.minWidth(1));
      assertEquals(MediaType.PNG.bit(), terms.mimes(1));
      assertEquals(12, terms.type(2));
      assertEquals(NativeTerms.OTHER, terms.kind(3));
      assertTrue(terms.tracksImpressions);
      assertFalse(terms.tracksViews);
      assertEquals(12, terms.version);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "1",
        "{\"assets\":[]}",
        "{\"assets\":[{\"id\":1,\"title\":{\"len\":90}}]",
        "{\"assets\":[{\"id\":-1,\"title\":{\"len\":90}}]}",
        "{\"assets\":[{\"id\":1,\"title\":{\"len\":\"90\"}}]}",
        "{\"assets\":{}}",
        "{\"native\":\"x\"}",
        "{json string 1}"
      })
  void shouldAskForNothingWhereItCannotBeRead(String json) {
    assertFalse(read(json));
    assertEquals(0, terms.count());
  }

  @Test
  void shouldTellARequiredAssetBeyondTheBound() {
    ObjectNode request = JACKSON.createObjectNode();
    ArrayNode assets = request.putArray("assets");
    for (int i = 0; i <= NativeTerms.MAX_ASSETS; i++) {
      assets.addObject().put("id", i).put("required", 1).putObject("title").put("len", 10);
    }
    assertTrue(read(request.toString()));
    assertEquals(NativeTerms.MAX_ASSETS, terms.count());
    assertTrue(terms.tooMany);
  }

  /** The reader tells what a tree of the same text tells. */
  @Property(seed = "1201", tries = 500)
  void shouldReadWhatATreeReads(@ForAll long seed) throws Exception {
    java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
    ObjectNode request = JACKSON.createObjectNode();
    ArrayNode assets = request.putArray("assets");
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      ObjectNode asset = assets.addObject().put("id", random.nextInt(1_000));
      if (random.nextBoolean()) {
        asset.put("required", random.nextInt(2));
      }
      switch (random.nextInt(3)) {
        case 0 -> asset.putObject("title").put("len", random.nextInt(200)).put("é\"", 1);
        case 1 -> asset.putObject("img").put("type", 3).put("w", random.nextInt(900)).put("h", 7);
        default -> asset.putObject("data").put("type", 1 + random.nextInt(12)).putNull("len");
      }
    }
    assertTrue(read(request.toString()));
    JsonNode tree = JACKSON.readTree(request.toString()).get("assets");
    assertEquals(tree.size(), terms.count());
    for (int i = 0; i < terms.count(); i++) {
      JsonNode asset = tree.get(i);
      assertEquals(asset.get("id").asInt(), terms.id(i));
      assertEquals(asset.path("required").asInt() == 1, terms.isRequired(i));
      assertEquals(asset.at("/title/len").asInt(), terms.length(i));
      assertEquals(asset.at("/img/w").asInt(), terms.width(i));
      assertEquals(asset.at("/data/type").asInt() + asset.at("/img/type").asInt(), terms.type(i));
    }
  }
}
