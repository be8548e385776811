package io.adplatform.campaign.check;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.video.MediaType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a native ad's body brings: a title, images, and texts by their kind (Native Ads 1.2). */
public final class NativeForm {
  private static final String FIELD = "/native";

  /** The longest title that sellers ask for (Native Ads 1.2, 4.3). */
  private static final int MAX_TITLE = 140;

  private static final int MAX_URL_LENGTH = 2_048;

  /**
   * Kinds of texts (Native Ads 1.2, 7.4).
   *
   * <p>The bounds are above what 7.4 recommends, so that nothing reasonable is refused.
   */
  private enum DataType {
    SPONSORED(1, 80),
    DESC(2, 255),
    RATING(3, 10),
    LIKES(4, 20),
    DOWNLOADS(5, 20),
    PRICE(6, 40),
    SALEPRICE(7, 40),
    PHONE(8, 40),
    ADDRESS(9, 255),
    DESC2(10, 255),
    DISPLAYURL(11, 255),
    CTATEXT(12, 40);

    private final int code;
    private final int maxLength;

    DataType(int code, int maxLength) {
      this.code = code;
      this.maxLength = maxLength;
    }

    static DataType of(int code) {
      return values()[code - 1];
    }
  }

  /** Kinds of images (Native Ads 1.2, 7.5). */
  private enum ImageType {
    ICON(1),
    MAIN(3);

    private final int code;

    ImageType(int code) {
      this.code = code;
    }
  }

  private NativeForm() {}

  /** Reads a body; null where it brings nothing. */
  public static Creative.NativeAd read(JsonObject body, FieldErrors errors) {
    JsonObject form = body.getJsonObject("native");
    if (form == null) {
      errors.add(FIELD, "must be given of native");
      return null;
    }
    String title = form.getString("title", "");
    errors.require(Names.isVisible(title), FIELD + "/title", "must be given");
    errors.require(
        title.codePointCount(0, title.length()) <= MAX_TITLE,
        FIELD + "/title",
        "must have at most " + MAX_TITLE + " characters");
    JsonArray images = form.getJsonArray("images", new JsonArray());
    errors.require(!images.isEmpty(), FIELD + "/images", "must hold an image");
    return new Creative.NativeAd(
        title, images(images, errors), data(form.getJsonArray("data", new JsonArray()), errors));
  }

  private static List<Creative.Image> images(JsonArray given, FieldErrors errors) {
    List<Creative.Image> images = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      JsonObject image = given.getJsonObject(i);
      String url = image.getString("url");
      String place = FIELD + "/images/" + i;
      errors.require(
          url.length() <= MAX_URL_LENGTH && Domains.isHttps(url) && Domains.host(url) != null,
          place + "/url",
          "must be an absolute https address in ASCII");
      MediaType type = mime(image, url);
      if (type == null || !type.text().startsWith("image/")) {
        errors.add(place + "/mime", "must be an image's type, such as image/png");
      }
      images.add(
          new Creative.Image(
              ImageType.valueOf(image.getString("type")).code,
              url,
              image.getInteger("width"),
              image.getInteger("height"),
              type == null ? null : type.text()));
    }
    return images;
  }

  /** As it was given, else by the end of the path. */
  private static MediaType mime(JsonObject image, String url) {
    if (image.containsKey("mime")) {
      return MediaType.of(image.getString("mime"));
    }
    String path = path(url).toLowerCase(java.util.Locale.ROOT);
    String ending = path.substring(path.lastIndexOf('.') + 1);
    return switch (ending) {
      case "jpg", "jpeg" -> MediaType.JPEG;
      case "svg" -> MediaType.SVG;
      default -> MediaType.of("image/" + ending);
    };
  }

  private static String path(String url) {
    try {
      String path = URI.create(url).getPath();
      return path == null ? "" : path;
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static List<Creative.Data> data(JsonArray given, FieldErrors errors) {
    List<Creative.Data> data = new ArrayList<>();
    Set<DataType> seen = new HashSet<>();
    for (int i = 0; i < given.size(); i++) {
      String place = FIELD + "/data/" + i;
      DataType type = DataType.valueOf(given.getJsonObject(i).getString("type"));
      String value = given.getJsonObject(i).getString("value");
      errors.require(seen.add(type), place + "/type", "must not be given twice");
      errors.require(Names.isVisible(value), place + "/value", "must not be blank");
      errors.require(
          value.codePointCount(0, value.length()) <= type.maxLength,
          place + "/value",
          "must have at most " + type.maxLength + " characters");
      data.add(new Creative.Data(type.code, value));
    }
    return data;
  }

  /** As a body says it. */
  public static JsonObject toJson(Creative.NativeAd brought) {
    JsonArray images = new JsonArray();
    for (Creative.Image image : brought.images()) {
      images.add(
          new JsonObject()
              .put("type", image.type() == ImageType.ICON.code ? "ICON" : "MAIN")
              .put("url", image.url())
              .put("width", image.width())
              .put("height", image.height())
              .put("mime", image.mime()));
    }
    JsonArray data = new JsonArray();
    for (Creative.Data text : brought.data()) {
      data.add(
          new JsonObject().put("type", DataType.of(text.type()).name()).put("value", text.value()));
    }
    return new JsonObject().put("title", brought.title()).put("images", images).put("data", data);
  }
}
