package io.adplatform.wire.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

class VastTrackersTest {
  private static final String URL = "https://ads.example";

  /** All that is put into a document. */
  private static final String OURS =
      "<(Impression|Error|Tracking)(?: event=\"\\w+\")?><!\\[CDATA\\[https://ads\\.example"
          + ".*?\\]\\]></\\1>";

  private static final String LINEAR =
      "<Duration>00:00:15</Duration><MediaFiles><MediaFile type=\"video/mp4\" width=\"640\""
          + " height=\"360\">https://cdn.example/a.mp4</MediaFile></MediaFiles>";

  private static String inline(String version, String beside, String linear) {
    return "<VAST version=\""
        + version
        + "\"><Ad><InLine><AdSystem>x</AdSystem><AdTitle>t</AdTitle>"
        + beside
        + "<Impression>https://a.example/i</Impression><Creatives><Creative><Linear>"
        + linear
        + "</Linear></Creative></Creatives></InLine></Ad></VAST>";
  }

  private static String tracked(String vast) throws VastException {
    return VastTrackers.insert(VastDocument.read(vast), URL, "TOKEN");
  }

  private static Element parse(String xml) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)))
        .getDocumentElement();
  }

  private static List<String> texts(Element root, String name) {
    List<String> texts = new ArrayList<>();
    var nodes = root.getElementsByTagName(name);
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().trim());
    }
    return texts;
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.0", "3.0", "4.0", "4.1", "4.2"})
  void shouldPutTrackersIntoAnInlineDocumentOfEachVersion(String version) throws Exception {
    String clicks = "<VideoClicks><ClickThrough>https://acme.example/</ClickThrough></VideoClicks>";
    Element root = parse(tracked(inline(version, "", LINEAR + clicks)));
    assertEquals(
        List.of(URL + "/e/imp/TOKEN?p=${AUCTION_PRICE}", "https://a.example/i"),
        texts(root, "Impression"));
    assertEquals(List.of(URL + "/e/video/error/TOKEN?e=[ERRORCODE]"), texts(root, "Error"));
    assertEquals(
        List.of(
            URL + "/e/video/start/TOKEN",
            URL + "/e/video/firstQuartile/TOKEN",
            URL + "/e/video/midpoint/TOKEN",
            URL + "/e/video/thirdQuartile/TOKEN",
            URL + "/e/video/complete/TOKEN"),
        texts(root, "Tracking"));
    assertEquals(List.of(URL + "/e/clicktrack/TOKEN"), texts(root, "ClickTracking"));
    assertEquals(List.of("https://acme.example/"), texts(root, "ClickThrough"));
  }

  @Test
  void shouldKeepTheOrderOfElementsOfVast4() throws Exception {
    String beside = "<Extensions><Extension/></Extensions>";
    Element ad = (Element) parse(tracked(inline("4.2", beside, LINEAR))).getFirstChild();
    List<String> names = new ArrayList<>();
    for (Node child = ad.getFirstChild().getFirstChild();
        child != null;
        child = child.getNextSibling()) {
      names.add(child.getNodeName());
    }
    assertEquals(
        List.of(
            "AdSystem", "Error", "AdTitle", "Extensions", "Impression", "Impression", "Creatives"),
        names);
  }

  @Test
  void shouldLeaveEverythingElseByteForByte() throws Exception {
    String vast =
        "<?xml version='1.0'?>\r\n<!-- <Impression> --><VAST  version = '3.0' xmlns:x=\"u\">\n"
            + "<Ad id=\"a>b\"><InLine>\t<AdSystem/><AdTitle><![CDATA[<Linear>]]></AdTitle>"
            + "<Impression><![CDATA[https://a.example/?a=1&b=2]]></Impression><Creatives><Creative>"
            + "<Linear skipoffset=\"00:00:05\">"
            + LINEAR
            + "<TrackingEvents/><x:odd a='1'>&amp;é</x:odd></Linear></Creative></Creatives>"
            + "<Extensions><!--?--></Extensions></InLine></Ad></VAST>\n";
    String tracked = tracked(vast);
    String ours = tracked.replaceAll(OURS, "");
    assertEquals(vast.replace("<TrackingEvents/>", "<TrackingEvents></TrackingEvents>"), ours);
    assertTrue(VastDocument.read(vast).isSkippable());
    parse(tracked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<Creatives/>",
        "<Creatives></Creatives>",
        "<Creatives><Creative><Linear/></Creative></Creatives>",
        "<Creatives><Creative><Linear></Linear></Creative></Creatives>",
        "<Creatives><Creative><Linear><TrackingEvents></TrackingEvents></Linear></Creative>"
            + "</Creatives>"
      })
  void shouldPutTrackersIntoWrappers(String creatives) throws Exception {
    for (String version : List.of("2.0", "3.0", "4.0", "4.2")) {
      String vast =
          "<VAST version=\""
              + version
              + "\"><Ad><Wrapper><AdSystem>x</AdSystem><VASTAdTagURI>https://a.example/v"
              + "</VASTAdTagURI><Impression/>"
              + creatives
              + "</Wrapper></Ad></VAST>";
      Element root = parse(tracked(vast));
      assertEquals(5, texts(root, "Tracking").size());
      assertEquals(1, texts(root, "ClickTracking").size());
      assertEquals(2, texts(root, "Impression").size());
      assertEquals(1, texts(root, "Error").size());
      assertEquals(1, texts(root, "Creatives").size());
      assertEquals(1, texts(root, "Linear").size());
    }
  }

  @Test
  void shouldTakeThePrefixOfTheDocument() throws Exception {
    String vast =
        "<v:VAST xmlns:v=\"u\" version=\"4.0\"><v:Ad><v:Wrapper><v:Impression/><v:VASTAdTagURI>"
            + "https://a.example/v</v:VASTAdTagURI></v:Wrapper></v:Ad></v:VAST>";
    assertEquals(5, texts(parse(tracked(vast)), "v:Tracking").size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<html/> | root element",
        "<VAST version=\"1.0\"><Ad/></VAST> | must have a version",
        "<VAST><Ad/></VAST> | must have a version",
        "<VAST version=\"3.0\"></VAST> | must have an <Ad>",
        "<VAST version=\"3.0\"><Ad></Ad></VAST> | an <InLine> or a <Wrapper>",
        "<VAST version=\"3.0\"><Ad><InLine></InLine></Ad></VAST> | must have an <Impression>",
        "<VAST version=\"3.0\"><Ad><Wrapper><Impression/></Wrapper></Ad></VAST> | <VASTAdTagURI>",
        "<VAST version=\"3.0\"><Ad> | has no end tag",
        "<VAST version=\"3.0\"></Ad></VAST> | without its start",
        "<!DOCTYPE a><VAST version=\"3.0\"/> | document type",
        "nothing | must be an XML document"
      })
  void shouldRefuseWhatCannotBeShownNamingThePlace(String vast, String detail) {
    VastException fault = assertThrows(VastException.class, () -> VastDocument.read(vast));
    assertTrue(fault.getMessage().contains(detail), fault.getMessage());
    assertEquals(1, fault.line());
  }

  @ParameterizedTest
  @CsvSource({
    "00:00:15, 15",
    "00:00:14.001, 15",
    "00:00:15.000, 15",
    "01:00:00, 3600",
    "00:00:00, 0",
    "15, 0",
    "00:61:00, 0",
    "99:00:00, 0"
  })
  void shouldReadDurationsUpToWholeSeconds(String text, int seconds) throws Exception {
    String vast = inline("3.0", "", LINEAR.replace("00:00:15", text));
    if (seconds == 0) {
      assertThrows(VastException.class, () -> VastDocument.read(vast));
    } else {
      assertEquals(seconds, VastDocument.read(vast).durationSeconds());
    }
  }

  @Provide
  static Arbitrary<String> junk() {
    return Arbitraries.of(
        "<Impression>https://b.example/</Impression>",
        "<!-- <InLine> -->",
        "<?pi <Linear>?>",
        "<![CDATA[</InLine>]]>",
        "<Extensions><Extension type=\"a\"><b c='>'/></Extension></Extensions>",
        "<Error>https://b.example/e</Error>",
        "text é",
        "\n\t");
  }

  @Provide
  static Arbitrary<List<String>> besides() {
    return junk().list().ofMaxSize(6);
  }

  /** What is put in, taken out again, leaves the document as it was. */
  @Property(seed = "2606", tries = 300)
  void shouldOnlyAddWhateverStandsInTheDocument(
      @ForAll("besides") List<String> before, @ForAll("versions") String version) throws Exception {
    String vast = inline(version, String.join("", before), LINEAR);
    String tracked = tracked(vast);
    parse(tracked);
    String mark = "https://ads.example/e/";
    assertEquals(7, tracked.split(java.util.regex.Pattern.quote(mark), -1).length - 1);
    String rest = tracked.replaceAll(OURS, "").replace("<TrackingEvents></TrackingEvents>", "");
    assertEquals(vast, rest);
  }

  @Provide
  static Arbitrary<String> versions() {
    return Arbitraries.of("2.0", "3.0", "4.0", "4.1", "4.2");
  }

  /** Whatever it is, it is read or refused with a place. */
  @Property(seed = "2607", tries = 500)
  void shouldRefuseDamageWithoutAnyOtherException(
      @ForAll("besides") List<String> before, @ForAll("cuts") int[] cut) {
    String vast = inline("3.0", String.join("", before), LINEAR);
    int from = Math.min(cut[0], vast.length());
    String damaged =
        vast.substring(0, from) + vast.substring(Math.min(vast.length(), from + cut[1]));
    try {
      VastDocument document = VastDocument.read(damaged);
      VastTrackers.insert(document, URL, "TOKEN");
    } catch (VastException e) {
      assertTrue(e.line() > 0 && e.column() > 0, e.getMessage());
    }
  }

  @Provide
  static Arbitrary<int[]> cuts() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 600), Arbitraries.integers().between(1, 40))
        .as((from, length) -> new int[] {from, length});
  }
}
