package io.adplatform.campaign.check;

import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.video.MediaType;
import io.adplatform.wire.video.VastDocument;
import io.adplatform.wire.video.VastException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a video's body says: a VAST document, or the address of one, for which a wrapper is made
 * here. Of an inline document everything that players choose by is read off it; a wrapper does not
 * say it, so the body does.
 */
public final class VideoForm {
  private static final String VAST = "/vast";
  private static final int MAX_URL_LENGTH = 2_048;

  /** The version of wrappers made here: the oldest that players of today take. */
  private static final String MADE_VERSION = "3.0";

  private final JsonObject body;
  private final List<String> domains;
  private final FieldErrors errors;

  /**
   * A video that was read.
   *
   * @param document its VAST document
   */
  public record Read(VastDocument document, Creative.Video video) {
    /** Width of the first file, in pixels; 0 where it is not known. */
    public int width() {
      return video.media().getFirst().width();
    }

    /** See {@link #width}. */
    public int height() {
      return video.media().getFirst().height();
    }
  }

  private VideoForm(JsonObject body, List<String> domains, FieldErrors errors) {
    this.body = body;
    this.domains = domains;
    this.errors = errors;
  }

  /**
   * Reads a body.
   *
   * @return null where there is no document that can be shown: the errors then say why
   */
  public static Read read(JsonObject body, List<String> domains, FieldErrors errors) {
    return new VideoForm(body, domains, errors).read();
  }

  private Read read() {
    String vast = body.getString("vast");
    String vastUrl = body.getString("vastUrl");
    if ((vast == null) == (vastUrl == null)) {
      errors.add(VAST, "must be given, or vastUrl in its place");
      return null;
    }
    if (vastUrl != null && !isAddress(vastUrl)) {
      errors.add("/vastUrl", "must be an absolute https address in ASCII");
      return null;
    }
    VastDocument document = document(vast == null ? wrapper(vastUrl) : vast);
    if (document == null) {
      return null;
    }
    checkAddresses(document);
    List<Creative.Media> media = document.isWrapper() ? wrapped() : inline(document);
    int seconds =
        document.isWrapper() ? body.getInteger("durationSeconds", 0) : document.durationSeconds();
    return new Read(document, new Creative.Video(seconds, document.protocol(), vastUrl, media));
  }

  private static boolean isAddress(String url) {
    return url.length() <= MAX_URL_LENGTH
        && Domains.isHttps(url)
        && Domains.host(url) != null
        && !url.contains("]]>");
  }

  private static String wrapper(String vastUrl) {
    return "<VAST version=\""
        + MADE_VERSION
        + "\"><Ad><Wrapper><AdSystem>AdPlatform</AdSystem><VASTAdTagURI><![CDATA["
        + vastUrl
        + "]]></VASTAdTagURI><Impression></Impression><Creatives><Creative><Linear/></Creative>"
        + "</Creatives></Wrapper></Ad></VAST>";
  }

  private VastDocument document(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > CreativeMarkup.MAX_BYTES) {
      errors.add(VAST, "must have at most " + CreativeMarkup.MAX_BYTES + " bytes of UTF-8");
      return null;
    }
    try {
      VastDocument document = VastDocument.read(text);
      WellFormed.check(text);
      return document;
    } catch (VastException e) {
      errors.add(VAST, e.getMessage());
      return null;
    }
  }

  /** Players run on https pages: what they load over plain http they do not show. */
  private void checkAddresses(VastDocument document) {
    for (VastDocument.Address address : document.insecure()) {
      fault(address, "must load over https");
    }
    for (VastDocument.Address address : document.clickThroughs()) {
      String url = address.url();
      if (url.startsWith(Creative.CLICK_MACRO)) {
        continue;
      }
      String host = Domains.host(url);
      if (host == null) {
        fault(address, "must be an absolute http or https address");
      } else if (!Domains.isAmong(host, domains)) {
        fault(address, "leads to " + host + ", which advertiserDomains do not declare");
      }
    }
  }

  private void fault(VastDocument.Address address, String detail) {
    String place = " (line " + address.line() + ", column " + address.column() + ")";
    errors.add(VAST, "<" + address.element() + "> " + detail + place);
  }

  private List<Creative.Media> inline(VastDocument document) {
    for (String field : List.of("durationSeconds", "mimes", "width", "height")) {
      errors.require(
          !body.containsKey(field), "/" + field, "is said by the VAST document, which is inline");
    }
    List<Creative.Media> media = new ArrayList<>();
    for (VastDocument.Media file : document.media()) {
      media.add(
          new Creative.Media(
              file.type().text(),
              file.width(),
              file.height(),
              file.bitrateKbps(),
              file.delivery(),
              file.api()));
    }
    return media;
  }

  /** What the body says of the document that a wrapper leads to. */
  private List<Creative.Media> wrapped() {
    errors.require(
        body.containsKey("durationSeconds"), "/durationSeconds", "must be given of a wrapper");
    JsonArray mimes = body.getJsonArray("mimes", new JsonArray());
    errors.require(!mimes.isEmpty(), "/mimes", "must be given of a wrapper");
    errors.require(
        body.containsKey("width") == body.containsKey("height"),
        "/height",
        "must be given with the width, or both be left out");
    List<Creative.Media> media = new ArrayList<>();
    for (int i = 0; i < mimes.size(); i++) {
      MediaType type = MediaType.of(mimes.getString(i));
      if (type == null || type.text().startsWith("image/")) {
        errors.add("/mimes/" + i, "must be a type that players take, such as video/mp4");
      } else {
        int width = body.getInteger("width", 0);
        media.add(new Creative.Media(type.text(), width, body.getInteger("height", 0), 0, 0, 0));
      }
    }
    return media.isEmpty()
        ? List.of(new Creative.Media(MediaType.MP4.text(), 0, 0, 0, 0, 0))
        : media;
  }

  /** Puts what a body of a stored video would say into its JSON. */
  public static void toJson(Creative creative, JsonObject json) {
    Creative.Video video = creative.video();
    if (video.vastUrl() == null) {
      json.put("vast", creative.markup());
    } else {
      json.put("vastUrl", video.vastUrl());
    }
    if (isWrapper(video)) {
      json.put("durationSeconds", video.durationSeconds());
      JsonArray mimes = new JsonArray();
      video.media().forEach(file -> mimes.add(file.mime()));
      json.put("mimes", mimes);
      if (creative.width() > 0 && creative.height() > 0) {
        json.put("width", creative.width()).put("height", creative.height());
      }
    }
    JsonObject facts = new JsonObject(CatalogueCodec.writePart(video));
    facts.remove("vastUrl");
    json.put("video", facts.put("wrapper", isWrapper(video)));
  }

  private static boolean isWrapper(Creative.Video video) {
    return switch (video.protocol()) {
      case 5, 6, 8, 12, 14 -> true;
      default -> false;
    };
  }
}
