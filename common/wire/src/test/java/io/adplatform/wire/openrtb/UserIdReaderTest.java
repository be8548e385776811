package io.adplatform.wire.openrtb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.frequency.UserIdHash;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.openrtb.UserIdReader.Origin;
import io.adplatform.wire.token.TokenKeys;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserIdReaderTest {
  /** Letters 26 of TCF 2 strings: purposes 1 and 2, purpose 1 alone. */
  private static final String CONSENT = "CPXxRfAPXxRfAAfKABENB-CgAM";

  private static final String REFUSED = "CPXxRfAPXxRfAAfKABENB-CgAI";

  private final OpenRtbReader reader = new OpenRtbReader();
  private final UserIdReader ids = new UserIdReader();

  private BidRequest request(String members) {
    byte[] body =
        ("{\"id\":\"r\",\"imp\":[{\"id\":\"1\",\"banner\":{\"w\":1,\"h\":1}}]" + members + "}")
            .getBytes(StandardCharsets.UTF_8);
    BidRequest request = new BidRequest();
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    assertEquals(ReadFailure.NONE, reader.read(request), members);
    return request;
  }

  private String found(String members) {
    Origin origin = ids.find(request(members));
    return origin == Origin.NONE
        ? "NONE"
        : origin
            + " "
            + Span.text(ids.bytes(), ids.source())
            + " "
            + Span.text(ids.bytes(), ids.id());
  }

  private static String user(String members) {
    return ",\"user\":{" + members + "}";
  }

  private static String eid(String source, String uids) {
    return "{\"source\":\"" + source + "\",\"uids\":[" + uids + "]}";
  }

  @Test
  void shouldPreferTheDeviceThenExtendedIdsThenTheSuppliersThenOurs() {
    String device = ",\"device\":{\"ifa\":\"AB-1\"}";
    String eids = "\"eids\":[" + eid("s.example", "{\"id\":\"e\"}") + "]";
    String rest = "\"id\":\"u\",\"buyeruid\":\"b\"";
    assertEquals("DEVICE  AB-1", found(device + user(eids + "," + rest)));
    assertEquals("EXTENDED s.example e", found(user(eids + "," + rest)));
    assertEquals("EXTENDED s.example e", found(user("\"ext\":{" + eids + "}," + rest)));
    assertEquals("SUPPLY  u", found(user(rest)));
    assertEquals("BUYER  b", found(user("\"buyeruid\":\"b\"")));
    assertEquals("NONE", found(""));
  }

  @ParameterizedTest
  @CsvSource({
    "'', DEVICE",
    "'00000000-0000-0000-0000-000000000000', DEVICE",
    "' ', DEVICE",
  })
  void shouldPassOverWhatIsNoId(String ifa, Origin other) {
    assertEquals(
        "SUPPLY  u", found(",\"device\":{\"ifa\":\"" + ifa + "\"}" + user("\"id\":\"u\"")));
    assertNotEquals(other, ids.find(request(",\"device\":{\"ifa\":\"" + ifa + "\"}")));
  }

  @Test
  void shouldTakeTheSameExtendedIdInWhateverOrderTheyStand() {
    String a = eid("a.example", "{\"id\":\"a1\",\"atype\":1},{\"id\":\"a2\",\"atype\":1}");
    String b = eid("b.example", "{\"id\":\"b1\",\"atype\":1},{\"id\":\"b3\",\"atype\":3}");
    String c = eid("c.example", "{\"id\":\"c3\",\"atype\":3}");
    assertEquals("EXTENDED b.example b3", found(user("\"eids\":[" + a + "," + b + "," + c + "]")));
    assertEquals("EXTENDED b.example b3", found(user("\"eids\":[" + c + "," + b + "," + a + "]")));
    assertEquals("EXTENDED a.example a1", found(user("\"eids\":[" + a + "]")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]",
        "[{}]",
        "[1,null,\"x\"]",
        "[{\"source\":\"s\"}]",
        "[{\"source\":\"s\",\"uids\":[{\"id\":\"\"}]}]",
        "[{\"source\":\"s\",\"uids\":[{\"id\":\"x\",\"atype\":500}]}]",
        "[{\"source\":\"s\",\"uids\":[{\"id\":7}]}]",
        "[{\"uids\":[{\"id\":\"x\"}]}]",
      })
  void shouldPassOverExtendedIdsThatAreNone(String eids) {
    assertEquals("SUPPLY  u", found(user("\"id\":\"u\",\"eids\":" + eids)));
  }

  @Test
  void shouldResolveEscapes() {
    assertEquals(
        "EXTENDED s/e x\"y",
        found(user("\"eids\":[{\"uids\":[{\"id\":\"x\\\"y\"}],\"source\":\"s\\/e\"}]")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        ",\"regs\":{\"coppa\":1} | 0",
        ",\"regs\":{\"us_privacy\":\"1YYN\"} | 0",
        ",\"regs\":{\"us_privacy\":\"1YNN\"} | 1",
        ",\"regs\":{\"ext\":{\"us_privacy\":\"1-Y-\"}} | 0",
        ",\"regs\":{\"gdpr\":1} | 0",
        ",\"regs\":{\"gdpr\":0} | 1",
        ",\"regs\":{\"ext\":{\"gdpr\":1}} | 0",
        ",\"regs\":{\"coppa\":0,\"ext\":{\"x\":[1]}} | 1",
        ",\"device\":{\"ifa\":\"A\",\"lmt\":1} | 0",
        ",\"device\":{\"ifa\":\"A\",\"dnt\":1} | 0",
        ",\"device\":{\"ifa\":\"A\",\"lmt\":0,\"dnt\":0} | 1",
      })
  void shouldTellNobodyFromOthersWhereThatIsForbidden(String members, int may) {
    boolean found = ids.find(request(members + user("\"id\":\"u\""))) != Origin.NONE;
    assertEquals(may == 1, found);
  }

  @Test
  void shouldGoByConsentWhereTheGdprApplies() {
    String gdpr = ",\"regs\":{\"gdpr\":1}";
    assertEquals("SUPPLY  u", found(gdpr + user("\"id\":\"u\",\"consent\":\"" + CONSENT + "\"")));
    assertEquals(
        "SUPPLY  u", found(gdpr + user("\"id\":\"u\",\"ext\":{\"consent\":\"" + CONSENT + "\"}")));
    for (String refused : new String[] {REFUSED, "", "x", "B" + CONSENT.substring(1)}) {
      assertEquals(
          "NONE", found(gdpr + user("\"id\":\"u\",\"consent\":\"" + refused + "\"")), refused);
    }
  }

  @Test
  void shouldHashAnIdWithItsOriginUnderTheInstallationsKey() {
    TokenKeys keys = TokenKeys.of("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    UserIdHash hash = new UserIdHash(keys);
    BidRequest supply = request(user("\"id\":\"u\""));
    assertTrue(hash.hash(supply, 1));
    long high = hash.high();
    long low = hash.low();
    assertTrue(hash.hash(supply, 1));
    assertEquals(high, hash.high());
    assertTrue(hash.hash(supply, 2));
    assertNotEquals(high, hash.high());
    assertTrue(hash.hash(request(user("\"buyeruid\":\"u\"")), 1));
    assertNotEquals(low, hash.low());

    String ifa = ",\"device\":{\"ifa\":\"%s\"}";
    assertTrue(hash.hash(request(ifa.formatted("AB-1")), 1));
    long device = hash.high();
    assertTrue(hash.hash(request(ifa.formatted("ab-1")), 2));
    assertEquals(device, hash.high());
    TokenKeys others = TokenKeys.of("0123456789abcdeF".getBytes(StandardCharsets.US_ASCII));
    UserIdHash elsewhere = new UserIdHash(others);
    assertTrue(elsewhere.hash(request(ifa.formatted("ab-1")), 2));
    assertNotEquals(device, elsewhere.high());
    assertFalse(hash.hash(request(""), 1));
  }
}
