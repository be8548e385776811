package io.adplatform.wire.openrtb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adplatform.wire.json.ReadFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Requests of the smoke run, and those of the world where they lie beside the checkout. */
class CorporaTest {
  private static final Path HOME = Path.of(System.getProperty("adplatform.home", "."));
  private static final Path CORPORA = HOME.resolve("../shared/corpora").normalize();
  private static final Path SMOKE = HOME.resolve("loadtest/requests");
  private static final int STATUS_COLUMN = 3;

  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest request = new BidRequest();
  private final Redactor redactor = new Redactor();
  private final ObjectMapper jackson = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> shouldReadOfTheSmokeRunWhatIsToBeAnswered() throws IOException {
    return Files.readAllLines(SMOKE.resolve("expected.tsv")).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("\\t"))
        .map(
            columns ->
                DynamicTest.dynamicTest(
                    columns[0], () -> checkOutcome(columns[0] + ".json", columns[STATUS_COLUMN])));
  }

  private void checkOutcome(String file, String status) throws IOException {
    byte[] body = Files.readAllBytes(SMOKE.resolve(file));
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    boolean answered = reader.read(request) == ReadFailure.NONE;
    assertEquals(status.startsWith("2"), answered);
    if (answered) {
      JsonNode tree = jackson.readTree(body);
      assertEquals(tree.get("id").asText(), request.text(request.id));
      assertNoPerson(tree, redacted());
    }
  }

  @TestFactory
  Stream<DynamicTest> shouldReadEveryRequestExpectedToBeAnswered() throws IOException {
    Assumptions.assumeTrue(
        Files.isDirectory(CORPORA),
        "no corpora beside the checkout, at ../shared/corpora: skipped");
    List<String> files =
        Files.readAllLines(CORPORA.resolve("expectations.tsv")).stream()
            .map(line -> line.split("\\t"))
            .filter(columns -> columns[1].equals("2xx"))
            .map(columns -> columns[0])
            .toList();
    assertTrue(files.size() > 100, "expectations: " + files.size());
    return files.stream().map(file -> DynamicTest.dynamicTest(file, () -> check(file)));
  }

  private void check(String file) throws IOException {
    byte[] body = Files.readAllBytes(CORPORA.resolve(file));
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);

    assertEquals(ReadFailure.NONE, reader.read(request), () -> "at " + reader.failureOffset());

    JsonNode tree = jackson.readTree(body);
    assertEquals(tree.get("id").asText(), request.text(request.id));
    assertEquals(tree.get("imp").size(), request.impCount(), "imps that take part");
    for (int i = 0; i < request.impCount(); i++) {
      Imp imp = request.imp(i);
      JsonNode node = tree.get("imp").get(i);
      assertEquals(node.get("id").asText(), request.text(imp.id));
      assertEquals(node.has("banner"), imp.banner);
      assertEquals(Math.max(0, node.path("banner").path("w").asInt()), imp.width);
      assertEquals(node.path("banner").path("format").size(), imp.formatWidths.size());
      assertEquals(
          node.path("bidfloor").decimalValue().movePointRight(6).longValueExact(),
          imp.floorCpmMicros);
    }
    assertNoPerson(tree, redacted());
  }

  private String redacted() {
    int length = redactor.copy(request);
    assertTrue(length > 0, "a copy without personal data");
    return new String(redactor.bytes(), 0, length, java.nio.charset.StandardCharsets.UTF_8);
  }

  private void assertNoPerson(JsonNode tree, String redacted) throws IOException {
    JsonNode copy = jackson.readTree(redacted);
    assertEquals(tree.get("id"), copy.get("id"));
    assertEquals(tree.get("imp"), copy.get("imp"));
    for (String pointer :
        List.of("/user/id", "/user/buyeruid", "/device/ifa", "/user/eids/0/uids/0/id")) {
      assertEquals("", copy.at(pointer).asText(), pointer);
    }
    if (tree.at("/device/ip").asText().matches("[0-9.]+")) {
      assertTrue(copy.at("/device/ip").asText().endsWith(".0"), copy.at("/device/ip").asText());
    }
  }
}
