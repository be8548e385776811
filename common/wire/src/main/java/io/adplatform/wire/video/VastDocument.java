package io.adplatform.wire.video;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A VAST document (IAB, 2.0 to 4.2) that can be shown: what of it is told in bids, and where its
 * parts stand. Immutable; any thread.
 */
public final class VastDocument {
  /** HH:MM:SS, with parts of a second. */
  private static final Pattern DURATION =
      Pattern.compile("([0-9]{1,2}):([0-5][0-9]):([0-5][0-9])(\\.[0-9]+)?");

  private static final Pattern VERSION = Pattern.compile("([234])\\.([0-9])(?:\\.[0-9])?");

  /** No ad is longer: six hours, in seconds. */
  public static final int MAX_DURATION_SECONDS = 6 * 3_600;

  private static final int SECONDS_PER_MINUTE = 60;

  private final String text;
  private final XmlElement root;
  private final Version version;
  private final List<XmlElement> ads;
  private final boolean wrapper;
  private final int durationSeconds;
  private final boolean skippable;
  private final List<Media> media;

  /** A version of VAST, with AdCOM's numbers of its inline documents and its wrappers. */
  public enum Version {
    V2_0(2, 5),
    V3_0(3, 6),
    V4_0(7, 8),
    V4_1(11, 12),
    V4_2(13, 14);

    private final int inline;
    private final int wrapper;

    Version(int inline, int wrapper) {
      this.inline = inline;
      this.wrapper = wrapper;
    }

    /** Whether its elements stand in the order of VAST 4. */
    boolean isFour() {
      return this != V2_0 && this != V3_0;
    }

    static Version of(String text) {
      Matcher matcher = VERSION.matcher(text == null ? "" : text);
      if (!matcher.matches()) {
        return null;
      }
      int major = matcher.group(1).charAt(0) - '0';
      int minor = matcher.group(2).charAt(0) - '0';
      return switch (major * 10 + minor) {
        case 20 -> V2_0;
        case 30 -> V3_0;
        case 40 -> V4_0;
        case 41 -> V4_1;
        case 42 -> V4_2;
        default -> null;
      };
    }
  }

  /**
   * A file to be played.
   *
   * @param type never null
   * @param bitrateKbps 0 where it is not said
   * @param delivery AdCOM: 1 streaming, 2 progressive
   * @param api AdCOM: the framework that it needs, 0 for none
   */
  public record Media(
      MediaType type, int width, int height, int bitrateKbps, int delivery, int api) {}

  private VastDocument(String text, XmlElement root, Version version) throws VastException {
    this.text = text;
    this.root = root;
    this.version = version;
    ads = new ArrayList<>();
    for (XmlElement ad : root.children("Ad")) {
      XmlElement kind = ad.child("InLine") == null ? ad.child("Wrapper") : ad.child("InLine");
      if (kind == null) {
        throw fault(ad, "<Ad> must have an <InLine> or a <Wrapper>");
      }
      ads.add(kind);
    }
    if (ads.isEmpty()) {
      throw fault(root, "must have an <Ad>");
    }
    wrapper = ads.getFirst().name().equals("Wrapper");
    media = new ArrayList<>();
    for (XmlElement ad : ads) {
      checkAd(ad);
    }
    List<XmlElement> linears = linears(ads.getFirst());
    durationSeconds = wrapper ? 0 : durationSeconds(linears.getFirst());
    skippable = linears.stream().anyMatch(linear -> linear.attribute("skipoffset") != null);
  }

  /**
   * Reads a document.
   *
   * @throws VastException where it cannot be shown: no VAST of a version known here, or without
   *     what VAST requires and the engine needs
   */
  public static VastDocument read(String text) throws VastException {
    XmlElement root = XmlOutline.read(text);
    if (!root.name().equals("VAST")) {
      throw VastException.at(text, root.from, "must have <VAST> as its root element");
    }
    Version version = Version.of(root.attribute("version"));
    if (version == null) {
      throw VastException.at(
          text, root.from, "<VAST> must have a version of 2.0, 3.0, 4.0, 4.1 or 4.2");
    }
    return new VastDocument(text, root, version);
  }

  private void checkAd(XmlElement ad) throws VastException {
    if (wrapper != ad.name().equals("Wrapper")) {
      throw fault(ad, "must not mix <InLine> and <Wrapper>");
    }
    if (ad.children("Impression").isEmpty()) {
      throw fault(ad, "<" + ad.name() + "> must have an <Impression>");
    }
    if (wrapper) {
      if (ad.childText("VASTAdTagURI") == null) {
        throw fault(ad, "<Wrapper> must have a <VASTAdTagURI>");
      }
      return;
    }
    List<XmlElement> linears = linears(ad);
    if (linears.isEmpty()) {
      throw fault(ad, "<InLine> must have a <Linear> creative");
    }
    for (XmlElement linear : linears) {
      durationSeconds(linear);
      addMedia(linear);
    }
  }

  private int durationSeconds(XmlElement linear) throws VastException {
    XmlElement element = linear.child("Duration");
    if (element == null) {
      throw fault(linear, "<Linear> must have a <Duration>");
    }
    Matcher duration = DURATION.matcher(element.text());
    if (!duration.matches()) {
      throw fault(element, "<Duration> must be like 00:00:30");
    }
    int minutes =
        Integer.parseInt(duration.group(1)) * SECONDS_PER_MINUTE
            + Integer.parseInt(duration.group(2));
    int seconds = minutes * SECONDS_PER_MINUTE + Integer.parseInt(duration.group(3));
    boolean part = duration.group(4) != null && duration.group(4).matches(".*[1-9].*");
    int whole = seconds + (part ? 1 : 0);
    if (whole < 1 || whole > MAX_DURATION_SECONDS) {
      throw fault(element, "<Duration> must be above nothing, and at most six hours");
    }
    return whole;
  }

  private void addMedia(XmlElement linear) throws VastException {
    XmlElement files = linear.child("MediaFiles");
    List<XmlElement> all = files == null ? List.of() : files.children("MediaFile");
    if (all.isEmpty()) {
      throw fault(files == null ? linear : files, "<Linear> must have a <MediaFile>");
    }
    boolean known = false;
    for (XmlElement file : all) {
      if (file.text().isEmpty()) {
        throw fault(file, "<MediaFile> must have an address");
      }
      MediaType type = MediaType.of(file.attribute("type") == null ? "" : file.attribute("type"));
      if (type != null) {
        known = true;
        media.add(media(file, type));
      }
    }
    if (!known) {
      throw fault(all.getFirst(), "<MediaFile> must have a type that players take");
    }
  }

  private static Media media(XmlElement file, MediaType type) {
    int bitrate = number(file.attribute("bitrate"));
    return new Media(
        type,
        number(file.attribute("width")),
        number(file.attribute("height")),
        bitrate == 0 ? number(file.attribute("maxBitrate")) : bitrate,
        "streaming".equals(file.attribute("delivery")) ? 1 : 2,
        api(file.attribute("apiFramework"), type));
  }

  /** AdCOM's number of an API framework: VPAID 2.0 where its version is not said. */
  private static int api(String framework, MediaType type) {
    if (framework == null || framework.isBlank()) {
      return 0;
    }
    return switch (framework.trim().toUpperCase(java.util.Locale.ROOT)) {
      case "VPAID" -> type == MediaType.FLASH ? 1 : 2;
      case "SIMID" -> 8;
      case "OMID" -> 7;
      default -> 0;
    };
  }

  private static int number(String text) {
    return text != null && text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
  }

  private VastException fault(XmlElement element, String detail) {
    return VastException.at(text, element.from, detail);
  }

  /** All linear creatives of an ad. */
  static List<XmlElement> linears(XmlElement ad) {
    List<XmlElement> linears = new ArrayList<>();
    for (XmlElement creatives : ad.children("Creatives")) {
      for (XmlElement creative : creatives.children("Creative")) {
        linears.addAll(creative.children("Linear"));
      }
    }
    return linears;
  }

  /** The document. */
  public String text() {
    return text;
  }

  /** Its version. */
  public Version version() {
    return version;
  }

  /** Its ads: {@code InLine} or {@code Wrapper}, at least one. */
  List<XmlElement> ads() {
    return ads;
  }

  /** Whether it leads to another document. */
  public boolean isWrapper() {
    return wrapper;
  }

  /** AdCOM's number, OpenRTB's {@code protocol}. */
  public int protocol() {
    return wrapper ? version.wrapper : version.inline;
  }

  /** Length of the first ad, parts of a second up; 0 of a wrapper, which does not say. */
  public int durationSeconds() {
    return durationSeconds;
  }

  /** Whether the viewer may skip it. */
  public boolean isSkippable() {
    return skippable;
  }

  /** Files of a type that players take; none of a wrapper. */
  public List<Media> media() {
    return List.copyOf(media);
  }

  /** Where clicks lead, as the document says it; macros are left as they are. */
  public List<Address> clickThroughs() {
    List<Address> addresses = new ArrayList<>();
    addAddresses(root, "ClickThrough", addresses);
    addAddresses(root, "CompanionClickThrough", addresses);
    addAddresses(root, "NonLinearClickThrough", addresses);
    addAddresses(root, "IconClickThrough", addresses);
    return addresses;
  }

  /**
   * An address in a document.
   *
   * @param element what it is the text of
   * @param line from 1
   * @param column from 1
   */
  public record Address(String element, String url, int line, int column) {}

  private void addAddresses(XmlElement element, String name, List<Address> into) {
    if (element.name().equals(name) && !element.text().isEmpty()) {
      VastException place = fault(element, "");
      into.add(new Address(name, element.text(), place.line(), place.column()));
    }
    element.children().forEach(child -> addAddresses(child, name, into));
  }

  /** The address that the document, a wrapper, leads to. */
  public Address adTag() {
    XmlElement tag = ads.getFirst().child("VASTAdTagURI");
    VastException place = fault(tag, "");
    return new Address("VASTAdTagURI", tag.text(), place.line(), place.column());
  }

  /** All that the document has loaded over plain http, but where clicks lead; in its order. */
  public List<Address> insecure() {
    List<Address> insecure = new ArrayList<>();
    addInsecure(root, insecure);
    return insecure;
  }

  private void addInsecure(XmlElement element, List<Address> into) {
    boolean leaf = element.children().isEmpty();
    if (leaf && !element.name().endsWith("ClickThrough")) {
      String own = element.text();
      if (own.regionMatches(true, 0, "http://", 0, "http://".length())) {
        VastException place = fault(element, "");
        into.add(new Address(element.name(), own, place.line(), place.column()));
      }
    }
    element.children().forEach(child -> addInsecure(child, into));
  }
}
