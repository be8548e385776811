package io.adplatform.wire.openrtb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.SpanList;
import io.adplatform.wire.money.CurrencyCode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The reader beside a naive reading of Jackson's tree, on random requests and on damaged ones. */
class OpenRtbReaderPropertyTest {
  private static final ObjectMapper JACKSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest request = new BidRequest();

  private ReadFailure read(byte[] body) {
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    return reader.read(request);
  }

  @Property(seed = "2026", tries = 1500)
  void shouldReadWhatATreeOfTheSameBytesHolds(@ForAll Random random)
      throws JsonProcessingException {
    RandomRequest source = new RandomRequest(random);
    ObjectNode tree = source.request();
    byte[] body = source.write(tree).getBytes(StandardCharsets.UTF_8);

    assertEquals(ReadFailure.NONE, read(body), () -> tree + " at " + reader.failureOffset());

    assertEquals(tree.get("id").asText(), request.text(request.id));
    assertEquals(tree.path("at").asInt(2), request.auctionType);
    assertEquals(tree.path("tmax").asInt(BidRequest.NO_TMAX), request.tmaxMillis);
    assertTexts(tree.path("bcat"), request.blockedCategories);
    assertTexts(tree.path("badv"), request.blockedAdvertisers);
    checkInventory(tree);
    checkDevice(tree.path("device"));
    assertEquals(tree.get("imp").size(), request.impCount());
    badDeals = 0;
    surplusDeals = 0;
    for (int i = 0; i < request.impCount(); i++) {
      checkImp(tree.get("imp").get(i), request.imp(i));
    }
    assertEquals(badDeals, request.badDeals);
    assertEquals(surplusDeals, request.surplusDeals);
    if (tree.has("ext")) {
      assertEquals(tree.get("ext"), JACKSON.readTree(request.text(request.ext)));
    }
    checkUnknown(tree);
  }

  private void checkInventory(ObjectNode tree) {
    JsonNode site = tree.has("site") ? tree.get("site") : tree.path("app");
    assertText(site.path("domain"), request.inventory.domain);
    assertText(site.path("bundle"), request.inventory.bundle);
    assertText(site.path("page"), request.inventory.page);
    assertTexts(site.path("cat"), request.inventory.categories);
    assertText(site.path("publisher").path("id"), request.inventory.publisherId);
  }

  private void checkDevice(JsonNode device) {
    assertText(device.path("ua"), request.device.userAgent);
    assertText(device.path("os"), request.device.os);
    assertText(device.path("geo").path("country"), request.device.geo.country);
    assertEquals(device.path("devicetype").asInt(-1), request.device.deviceType);
  }

  private void checkImp(JsonNode node, Imp imp) {
    assertText(node.get("id"), imp.id);
    assertText(node.path("tagid"), imp.tagId);
    assertEquals(node.has("banner"), imp.banner);
    assertEquals(node.path("banner").path("w").asInt(), imp.width);
    assertEquals(node.path("secure").asInt(-1), imp.secure);
    assertEquals(micros(node.path("bidfloor")), imp.floorCpmMicros);
    JsonNode formats = node.path("banner").path("format");
    assertEquals(formats.size(), imp.formatWidths.size());
    for (int i = 0; i < formats.size(); i++) {
      assertEquals(formats.get(i).path("w").asInt(), imp.formatWidths.get(i));
      assertEquals(formats.get(i).path("h").asInt(), imp.formatHeights.get(i));
    }
    checkDeals(node.path("pmp"), imp);
  }

  private int badDeals;
  private int surplusDeals;

  private void checkDeals(JsonNode pmp, Imp imp) {
    assertEquals(pmp.path("private_auction").asInt() == 1, imp.privateAuction);
    List<JsonNode> good = new ArrayList<>();
    List<JsonNode> all = new ArrayList<>();
    pmp.path("deals").forEach(all::add);
    int bad = 0;
    for (JsonNode deal : all) {
      if (good.size() == Imp.MAX_DEALS) {
        break;
      }
      boolean readable = deal.isObject() && !deal.path("id").asText().isEmpty();
      bad += readable ? 0 : 1;
      if (readable) {
        good.add(deal);
      }
    }
    assertEquals(good.size(), imp.dealCount());
    badDeals += bad;
    surplusDeals += all.size() - good.size() - bad;
    for (int i = 0; i < good.size(); i++) {
      checkDeal(good.get(i), imp.deal(i));
    }
  }

  private void checkDeal(JsonNode node, ImpDeal deal) {
    assertText(node.get("id"), deal.id);
    assertEquals(micros(node.path("bidfloor")), deal.floorCpmMicros);
    assertEquals(micros(node.path("mincpmpersec")), deal.minCpmPerSecondMicros);
    assertEquals(CurrencyCode.numeric(node.path("bidfloorcur").asText("USD")), deal.floorCurrency);
    assertEquals(node.path("at").asInt(ImpDeal.TYPE_OF_REQUEST), deal.auctionType);
    assertEquals(node.path("guar").asInt() == 1, deal.guaranteed);
    assertTexts(node.path("wseat"), deal.allowedSeats);
    assertTexts(node.path("wadomain"), deal.allowedDomains);
  }

  private static long micros(JsonNode price) {
    BigDecimal units = price.isMissingNode() ? BigDecimal.ZERO : price.decimalValue();
    return units.movePointRight(6).setScale(0, RoundingMode.HALF_EVEN).longValueExact();
  }

  private void checkUnknown(JsonNode tree) throws JsonProcessingException {
    List<JsonNode> expected = new ArrayList<>();
    tree.properties()
        .forEach(
            member -> {
              if (member.getKey().startsWith("x")) {
                expected.add(JACKSON.createObjectNode().set(member.getKey(), member.getValue()));
              }
            });
    List<JsonNode> found = new ArrayList<>();
    for (int i = 0; i < request.unknown.size(); i++) {
      found.add(JACKSON.readTree("{" + request.text(request.unknown.get(i)) + "}"));
    }
    assertEquals(expected, found);
  }

  private void assertText(JsonNode node, long span) {
    assertEquals(node.isTextual() ? node.asText() : "", span == 0 ? "" : request.text(span));
  }

  private void assertTexts(JsonNode array, SpanList spans) {
    assertEquals(array.size(), spans.size());
    for (int i = 0; i < spans.size(); i++) {
      assertText(array.get(i), spans.get(i));
    }
  }

  @Property(seed = "2026", tries = 600)
  void shouldNeitherThrowNorLoseTheSlotOverDamage(@ForAll Random random) {
    RandomRequest source = new RandomRequest(random);
    byte[] good = source.write(source.request()).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 20; i++) {
      byte[] damaged = damage(good, random);
      ReadFailure failure = read(damaged);
      assertNotNull(failure);
      if (failure == ReadFailure.NONE) {
        assertEquals(true, isJson(damaged), () -> new String(damaged, StandardCharsets.UTF_8));
      }
    }
    assertEquals(ReadFailure.NONE, read(good));
  }

  @Test
  void shouldReadNumbersBeyondJavas() {
    byte[] body =
        "{\"id\":\"1\",\"imp\":[{\"id\":\"1\"}],\"x\":0e95617180192}"
            .getBytes(StandardCharsets.UTF_8);
    assertTrue(isJson(body));
    assertFalse(isJson("{\"id\":01}".getBytes(StandardCharsets.UTF_8)));
    assertEquals(ReadFailure.NONE, read(body));
  }

  @Property(seed = "2026", tries = 300)
  void shouldRefuseEveryTruncation(@ForAll Random random) {
    RandomRequest source = new RandomRequest(random);
    byte[] good = source.write(source.request()).stripTrailing().getBytes(StandardCharsets.UTF_8);
    byte[] cut = java.util.Arrays.copyOf(good, random.nextInt(good.length));
    ReadFailure failure = read(cut);
    assertEquals(
        true,
        failure == ReadFailure.TRUNCATED
            || failure == ReadFailure.BAD_ESCAPE
            || failure == ReadFailure.BAD_UTF8
            || failure == ReadFailure.SYNTAX,
        () -> failure + " of " + new String(cut, StandardCharsets.UTF_8));
  }

  private static byte[] damage(byte[] good, Random random) {
    byte[] bytes = good.clone();
    int flips = 1 + random.nextInt(3);
    for (int i = 0; i < flips; i++) {
      bytes[random.nextInt(bytes.length)] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) "{}[]\",:\\u0e-.tnf ".charAt(random.nextInt(17));
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length))
        : bytes;
  }

  private static boolean isJson(byte[] bytes) {
    try {
      // As a text, so that Jackson does not guess at UTF-16 and 32.
      var parser = JACKSON.createParser(new String(bytes, StandardCharsets.UTF_8));
      // Token by token: a tree would refuse numbers that are JSON, but beyond Java's.
      int values = 0;
      for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (parser.getParsingContext().inRoot() && !token.isStructStart()) {
          values++;
        }
      }
      return values == 1;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  /** Makes requests, and writes them with random white space, escapes and spellings of numbers. */
  private static final class RandomRequest {
    private static final String LETTERS = "ab/\"\\\n\t é€\ud83d\ude00Z0-=,:{}[]";
    private final Random random;

    RandomRequest(Random random) {
      this.random = random;
    }

    ObjectNode request() {
      ObjectNode tree = JACKSON.createObjectNode();
      maybe(() -> tree.set("xfirst", anything(3)));
      tree.put("id", text() + "r");
      ArrayNode imps = tree.putArray("imp");
      int count = 1 + random.nextInt(4);
      for (int i = 0; i < count; i++) {
        imps.add(imp(i));
      }
      maybe(() -> tree.put("at", random.nextInt(4)));
      maybe(() -> tree.put("tmax", random.nextInt(1000)));
      maybe(() -> tree.set("bcat", texts()));
      maybe(() -> tree.set("badv", texts()));
      maybe(() -> tree.set("x" + text(), anything(4)));
      maybe(() -> tree.set(random.nextBoolean() ? "site" : "app", inventory()));
      maybe(() -> tree.set("device", device()));
      maybe(() -> tree.set("ext", JACKSON.createObjectNode().set("y", anything(4))));
      return tree;
    }

    private ObjectNode imp(int index) {
      ObjectNode imp = JACKSON.createObjectNode();
      imp.put("id", index + text());
      maybe(
          () -> {
            ObjectNode banner = imp.putObject("banner");
            maybe(() -> banner.put("w", random.nextInt(2000)));
            maybe(() -> banner.put("h", random.nextInt(2000)));
            maybe(
                () -> {
                  ArrayNode formats = banner.putArray("format");
                  for (int i = random.nextInt(4); i > 0; i--) {
                    formats
                        .addObject()
                        .put("w", random.nextInt(2000))
                        .put("h", random.nextInt(2000));
                  }
                });
          });
      maybe(() -> imp.put("bidfloor", price()));
      maybe(() -> imp.set("pmp", pmp()));
      maybe(() -> imp.put("tagid", text()));
      maybe(() -> imp.put("secure", random.nextInt(2)));
      return imp;
    }

    private BigDecimal price() {
      return new BigDecimal(random.nextLong(1_000_000_000_000L))
          .movePointLeft(random.nextInt(7, 13));
    }

    private ObjectNode pmp() {
      ObjectNode pmp = JACKSON.createObjectNode();
      maybe(() -> pmp.put("private_auction", random.nextInt(2)));
      ArrayNode deals = pmp.putArray("deals");
      int count = random.nextInt(random.nextInt(20) == 0 ? 2 * Imp.MAX_DEALS : 4);
      for (int i = 0; i < count; i++) {
        deals.add(random.nextInt(10) == 0 ? new TextNode("none") : deal());
      }
      return pmp;
    }

    private ObjectNode deal() {
      ObjectNode deal = JACKSON.createObjectNode();
      maybe(() -> deal.put("id", text()));
      maybe(() -> deal.put("bidfloor", price()));
      maybe(() -> deal.put("bidfloorcur", List.of("EUR", "USD", "JPY").get(random.nextInt(3))));
      maybe(() -> deal.put("at", random.nextInt(4)));
      maybe(() -> deal.put("guar", random.nextInt(2)));
      maybe(() -> deal.put("mincpmpersec", price()));
      maybe(() -> deal.set("wseat", texts()));
      maybe(() -> deal.set("wadomain", texts()));
      maybe(() -> deal.set("ext", JACKSON.createObjectNode().set("y", anything(2))));
      return deal;
    }

    private ObjectNode inventory() {
      ObjectNode site = JACKSON.createObjectNode();
      maybe(() -> site.put("domain", text()));
      maybe(() -> site.put("bundle", text()));
      maybe(() -> site.put("page", text()));
      maybe(() -> site.set("cat", texts()));
      maybe(() -> site.set("publisher", JACKSON.createObjectNode().put("id", text())));
      return site;
    }

    private ObjectNode device() {
      ObjectNode device = JACKSON.createObjectNode();
      maybe(() -> device.put("ua", text() + text()));
      maybe(() -> device.put("os", text()));
      maybe(() -> device.put("devicetype", random.nextInt(10)));
      maybe(() -> device.set("geo", JACKSON.createObjectNode().put("country", text())));
      return device;
    }

    private JsonNode anything(int depth) {
      return switch (random.nextInt(depth > 0 ? 7 : 5)) {
        case 0 -> new TextNode(text());
        case 1 -> JACKSON.getNodeFactory().numberNode(random.nextInt());
        case 2 -> JACKSON.getNodeFactory().numberNode(new BigDecimal("-12.5"));
        case 3 -> JACKSON.getNodeFactory().booleanNode(random.nextBoolean());
        case 4 -> JACKSON.nullNode();
        case 5 -> {
          ArrayNode array = JACKSON.createArrayNode();
          for (int i = random.nextInt(4); i > 0; i--) {
            array.add(anything(depth - 1));
          }
          yield array;
        }
        default -> {
          ObjectNode object = JACKSON.createObjectNode();
          for (int i = random.nextInt(4); i > 0; i--) {
            object.set(text() + i, anything(depth - 1));
          }
          yield object;
        }
      };
    }

    private ArrayNode texts() {
      ArrayNode texts = JACKSON.createArrayNode();
      for (int i = random.nextInt(12); i > 0; i--) {
        texts.add(text());
      }
      return texts;
    }

    private String text() {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(20); i > 0; i--) {
        text.appendCodePoint(
            LETTERS.codePointAt(LETTERS.offsetByCodePoints(0, random.nextInt(20))));
      }
      return text.toString();
    }

    private void maybe(Runnable step) {
      if (random.nextInt(3) > 0) {
        step.run();
      }
    }

    String write(JsonNode node) {
      StringBuilder json = new StringBuilder();
      write(node, json);
      return json.toString();
    }

    private void write(JsonNode node, StringBuilder json) {
      space(json);
      if (node.isObject()) {
        json.append('{');
        String separator = "";
        for (var member : node.properties()) {
          json.append(separator);
          write(new TextNode(member.getKey()), json);
          json.append(':');
          write(member.getValue(), json);
          separator = ",";
        }
        json.append('}');
      } else if (node.isArray()) {
        json.append('[');
        for (int i = 0; i < node.size(); i++) {
          json.append(i > 0 ? "," : "");
          write(node.get(i), json);
        }
        json.append(']');
      } else if (node.isTextual()) {
        escape(node.asText(), json);
      } else if (node.isBigDecimal() && random.nextBoolean()) {
        json.append(node.decimalValue().movePointRight(2).toPlainString()).append("e-2");
      } else {
        json.append(node.isBigDecimal() ? node.decimalValue().toPlainString() : node.asText());
      }
      space(json);
    }

    private void escape(String text, StringBuilder json) {
      json.append('"');
      for (int c : text.codePoints().toArray()) {
        if (c < ' ' || c == '"' || c == '\\' || random.nextInt(10) == 0) {
          String format = random.nextBoolean() ? "\\u%04x" : "\\u%04X";
          for (char unit : Character.toChars(c)) {
            json.append(String.format(format, (int) unit));
          }
        } else if (c == '/' && random.nextBoolean()) {
          json.append("\\/");
        } else {
          json.appendCodePoint(c);
        }
      }
      json.append('"');
    }

    private void space(StringBuilder json) {
      if (random.nextInt(8) == 0) {
        json.append(" \n\r\t".charAt(random.nextInt(4))).append("  ");
      }
    }
  }
}
