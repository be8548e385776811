package io.adplatform.wire.partner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.adplatform.wire.privacy.PersonalField;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PartnerRequestWriterTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final PartnerRequestWriter writer = new PartnerRequestWriter("ads.example");
  private final PartnerQuestion question = new PartnerQuestion();
  private final BidRequest request = new BidRequest();

  private static PartnerForm form(DemandPartner.Protocol protocol, String... redacted) {
    return PartnerForm.of(
        new DemandPartner(
            9,
            1,
            "DSP",
            Status.ACTIVE,
            new DemandPartner.Endpoint(
                Map.of("default", "http://x.example/"), protocol, 100, 10, false, null, null),
            new DemandPartner.Terms("USD", List.of(), 0, DemandPartner.PriceEncoding.PLAIN),
            new DemandPartner.Sent(List.of(Format.BANNER), Targeting.ANY, List.of(redacted))));
  }

  private String write(PartnerForm form, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, request.receive(bytes.length), 0, bytes.length);
    assertEquals(ReadFailure.NONE, new OpenRtbReader().read(request), body);
    writer.load(request);
    question.tmaxMillis = 77;
    question.currency = 840;
    question.sellerId = 33;
    int length = writer.write(form, question);
    return new String(writer.bytes(), 0, length, StandardCharsets.UTF_8);
  }

  @Test
  void shouldCutWhatTellsOfAPersonByItsSet() throws Exception {
    question.imps = 1;
    question.redactions = PersonalField.all();
    String sent =
        write(
            form(DemandPartner.Protocol.OPENRTB_2_6),
            "{\"id\":\"r\",\"imp\":[{\"id\":\"1\"}],\"device\":{\"ua\":\"u\",\"ip\":\"203.0.113.77\","
                + "\"ipv6\":\"2001:db8:1:2::9\",\"ifa\":\"x\",\"geo\":{\"lat\":48.12345,\"lon\":-1.5e1,"
                + "\"zip\":\"1\",\"country\":\"USA\"}},\"user\":{\"id\":\"u\",\"gender\":\"M\",\"eids\":"
                + "[1],\"ext\":{\"eids\":[2],\"consent\":\"C\"}}}");
    JsonNode json = JSON.readTree(sent);
    assertEquals(
        "{\"ua\":\"u\",\"ip\":\"203.0.113.0\",\"ipv6\":\"2001:db8:1::\",\"geo\":{\"lat\":48.1,"
            + "\"lon\":0,\"country\":\"USA\"}}",
        json.get("device").toString());
    assertEquals("{\"ext\":{\"consent\":\"C\"},\"consent\":\"C\"}", json.get("user").toString());
  }

  @Test
  void shouldRedactInBothPlacesWhatTheVersionsHaveInTwo() throws Exception {
    question.imps = 1;
    question.redactions = 0;
    String body = "{\"id\":\"r\",\"imp\":[{\"id\":\"1\"}],\"user\":{\"eids\":[1],\"ext\":{}}}";
    assertFalse(
        write(form(DemandPartner.Protocol.OPENRTB_2_5, "user.ext.eids"), body).contains("eids"));
  }

  @Test
  void shouldSendTheImpsAskedAboutAlone() throws Exception {
    question.imps = 0b101;
    question.secureImps = 0b100;
    question.redactions = 0;
    JsonNode imps =
        JSON.readTree(
                write(
                    form(DemandPartner.Protocol.OPENRTB_2_6),
                    "{\"id\":\"r\",\"imp\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\",\"secure\":0}]}"))
            .get("imp");
    assertEquals("[{\"id\":\"a\",\"secure\":0},{\"id\":\"c\",\"secure\":1}]", imps.toString());
  }

  /** Whatever is not edited is there as it was, whatever stands around it. */
  @Property(seed = "2026", tries = 300)
  void shouldKeepWhatIsNotModelled(@ForAll int seed, @ForAll boolean old) throws Exception {
    Random random = new Random(seed);
    ObjectNode body = object(random, 3);
    body.put("id", "r" + seed);
    ObjectNode imp = object(random, 2);
    imp.put("id", "1");
    body.putArray("imp").add(imp);
    body.set("source", object(random, 2));
    body.set("user", object(random, 2));
    body.set("regs", object(random, 1));
    question.imps = 1;
    question.redactions = 0;
    PartnerForm form =
        form(old ? DemandPartner.Protocol.OPENRTB_2_5 : DemandPartner.Protocol.OPENRTB_2_6);
    ObjectNode sent = (ObjectNode) JSON.readTree(write(form, body.toString()));
    assertEquals(77, sent.remove("tmax").asInt());
    assertTrue(sent.remove("cur").isArray());
    ObjectNode source = (ObjectNode) sent.get("source");
    assertEquals(1, source.remove("fd").asInt());
    source.remove("tid");
    JsonNode chain = old ? source.remove("ext").get("schain") : source.remove("schain");
    assertEquals("33", chain.at("/nodes/0/sid").asText());
    ((ObjectNode) sent.at("/imp/0")).remove("secure");
    assertEquals(JSON.readTree(body.toString()), sent);
  }

  private static ObjectNode object(Random random, int depth) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    int members = random.nextInt(4);
    for (int i = 0; i < members; i++) {
      object.set("z" + random.nextInt(99) + "\"\u00e9", value(random, depth));
    }
    return object;
  }

  private static JsonNode value(Random random, int depth) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0:
        return nodes.textNode("\"\\\u0001\ud83d\ude00" + random.nextInt());
      case 1:
        return nodes.numberNode(random.nextInt());
      case 2:
        return nodes.booleanNode(random.nextBoolean());
      case 3:
        return nodes.nullNode();
      case 4:
        ArrayNode array = nodes.arrayNode();
        for (int i = random.nextInt(3); i > 0; i--) {
          array.add(value(random, depth - 1));
        }
        return array;
      default:
        return object(random, depth - 1);
    }
  }
}
