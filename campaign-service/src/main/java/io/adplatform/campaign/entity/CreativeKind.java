package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.Attribution;
import io.adplatform.campaign.check.CreativeMarkup;
import io.adplatform.campaign.check.Domains;
import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.Names;
import io.adplatform.campaign.check.NativeForm;
import io.adplatform.campaign.check.VideoForm;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Creatives: banners, videos and native ads. */
public final class CreativeKind implements EntityKind<Creative> {
  private static final EntityTerms TERMS =
      EntityTerms.of(
          "creative", "/creatives", "creative", List.of(Role.ADVERTISER), List.of(Role.ADVERTISER));

  /** AdCOM's creative attribute of ads that the viewer may skip. */
  private static final Integer SKIPPABLE = 16;

  /** Fields that not all formats have, with those that do. */
  private static final Map<String, List<String>> FORMS =
      Map.of(
          "width", List.of("banner", "video"),
          "height", List.of("banner", "video"),
          "markup", List.of("banner"),
          "vast", List.of("video"),
          "vastUrl", List.of("video"),
          "durationSeconds", List.of("video"),
          "mimes", List.of("video"),
          "native", List.of("native"));

  /** A refusal names at most so many line items. */
  private static final int NAMED_USES = 5;

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public Creative read(ResultSet row) throws SQLException {
    return new Creative(
        row.getLong("id"),
        row.getLong("account_id"),
        row.getLong("advertiser_id"),
        row.getString("name"),
        Status.valueOf(row.getString("status")),
        Format.valueOf(row.getString("format")),
        row.getInt("width"),
        row.getInt("height"),
        row.getString("markup"),
        row.getString("landing_page"),
        Rows.array(row, "advertiser_domains", String.class),
        Rows.array(row, "categories", String.class),
        Rows.array(row, "attributes", Integer.class),
        row.getBoolean("secure"),
        fromJson(row.getString("video"), Creative.Video.class),
        fromJson(row.getString("native"), Creative.NativeAd.class));
  }

  private static <T> T fromJson(String json, Class<T> type) {
    return json == null ? null : CatalogueCodec.readPart(json, type);
  }

  private static String json(Object part) {
    return part == null ? null : CatalogueCodec.writePart(part);
  }

  @Override
  public JsonObject toJson(Creative creative) {
    JsonObject json =
        new JsonObject()
            .put("id", Long.toString(creative.id()))
            .put("accountId", Long.toString(creative.accountId()))
            .put("advertiserId", Long.toString(creative.advertiserId()))
            .put("name", creative.name())
            .put("status", creative.status().name())
            .put("format", creative.format().name().toLowerCase(Locale.ROOT))
            .put("landingPage", creative.landingPage())
            .put("advertiserDomains", new JsonArray(creative.advertiserDomains()))
            .put("categories", new JsonArray(creative.categories()))
            .put("attributes", new JsonArray(creative.attributes()))
            .put("secure", creative.secure());
    switch (creative.format()) {
      case BANNER ->
          json.put("width", creative.width())
              .put("height", creative.height())
              .put("markup", creative.markup());
      case VIDEO -> VideoForm.toJson(creative, json);
      case NATIVE -> json.put("native", NativeForm.toJson(creative.nativeAd()));
    }
    return json;
  }

  @Override
  public Identity identity(Creative creative) {
    return new Identity(creative.id(), creative.accountId(), creative.advertiserId(), 0);
  }

  @Override
  public Creative parse(JsonObject body, Identity identity, FieldErrors errors) {
    List<String> domains = Rows.texts(body, "advertiserDomains");
    CreativeMarkup.checkCategories(Rows.texts(body, "categories"), errors);
    Domains.check(domains, errors);
    Domains.checkLandingPage(body.getString("landingPage"), domains, errors);
    String format = body.getString("format");
    if (format.equals("audio")) {
      errors.add("/format", "is not in force yet; banner, video and native are");
      return null;
    }
    FORMS.forEach(
        (field, formats) ->
            errors.require(
                !body.containsKey(field) || formats.contains(format),
                "/" + field,
                "is of " + String.join(" and ", formats)));
    return switch (format) {
      case "banner" -> banner(body, identity, errors);
      case "video" -> video(body, identity, errors);
      case "native" -> {
        Creative.NativeAd brought = NativeForm.read(body, errors);
        yield creative(body, identity, errors, Format.NATIVE, Shown.of(brought));
      }
      default -> throw new IllegalStateException("format " + format);
    };
  }

  private static Creative banner(JsonObject body, Identity identity, FieldErrors errors) {
    String markup = body.getString("markup", "");
    for (String field : List.of("width", "height", "markup")) {
      errors.require(body.containsKey(field), "/" + field, "must be given of a banner");
    }
    if (body.containsKey("markup")) {
      CreativeMarkup.check(markup, errors);
      CreativeMarkup.checkLinks(markup, Rows.texts(body, "advertiserDomains"), errors);
    }
    Shown shown =
        new Shown(
            body.getInteger("width", 0),
            body.getInteger("height", 0),
            markup,
            CreativeMarkup.isSecure(markup, body.getString("landingPage")),
            null,
            null);
    return creative(body, identity, errors, Format.BANNER, shown);
  }

  private static Creative video(JsonObject body, Identity identity, FieldErrors errors) {
    VideoForm.Read read = VideoForm.read(body, Rows.texts(body, "advertiserDomains"), errors);
    if (read == null) {
      return null;
    }
    boolean secure = Domains.isHttps(body.getString("landingPage"));
    String vast = read.document().text();
    Shown shown = new Shown(read.width(), read.height(), vast, secure, read.video(), null);
    Creative creative = creative(body, identity, errors, Format.VIDEO, shown);
    return read.document().isSkippable() ? skippable(creative) : creative;
  }

  /** What a document says of itself is told to sellers, whoever forgets to. */
  private static Creative skippable(Creative creative) {
    if (creative.attributes().contains(SKIPPABLE)) {
      return creative;
    }
    List<Integer> attributes = new ArrayList<>(creative.attributes());
    attributes.add(SKIPPABLE);
    return new Creative(
        creative.id(),
        creative.accountId(),
        creative.advertiserId(),
        creative.name(),
        creative.status(),
        creative.format(),
        creative.width(),
        creative.height(),
        creative.markup(),
        creative.landingPage(),
        creative.advertiserDomains(),
        creative.categories(),
        attributes,
        creative.secure(),
        creative.video(),
        creative.nativeAd());
  }

  /** What differs by format. */
  private record Shown(
      int width,
      int height,
      String markup,
      boolean secure,
      Creative.Video video,
      Creative.NativeAd nativeAd) {
    static Shown of(Creative.NativeAd brought) {
      return new Shown(0, 0, "", true, null, brought);
    }
  }

  private static Creative creative(
      JsonObject body, Identity identity, FieldErrors errors, Format format, Shown shown) {
    String landingPage = body.getString("landingPage");
    return new Creative(
        identity.id(),
        identity.accountId(),
        identity.advertiserId(),
        Names.read(body, errors),
        Status.valueOf(body.getString("status", Status.ACTIVE.name())),
        format,
        shown.width,
        shown.height,
        shown.markup,
        landingPage,
        Rows.texts(body, "advertiserDomains"),
        Rows.texts(body, "categories"),
        attributes(body),
        shown.secure && (format == Format.BANNER || Domains.isHttps(landingPage)),
        shown.video,
        shown.nativeAd);
  }

  private static List<Integer> attributes(JsonObject body) {
    JsonArray given = body.getJsonArray("attributes", new JsonArray());
    return given.stream().map(value -> ((Number) value).intValue()).toList();
  }

  /** Line items that pay for clicks, views or conversions must go on to be told of them. */
  @Override
  public void check(Handle handle, Creative creative, Creative before, FieldErrors errors) {
    if (before == null) {
      return;
    }
    handle
        .createQuery(
            "SELECT DISTINCT l.bid_model FROM line_item_creative x"
                + " JOIN line_item l ON l.id = x.line_item_id WHERE x.creative_id = :id")
        .bind("id", creative.id())
        .mapTo(String.class)
        .forEach(
            model -> {
              String missing =
                  Attribution.missing(
                      creative.format(),
                      BidModel.valueOf(model),
                      creative.markup(),
                      creative.landingPage());
              errors.require(
                  missing == null,
                  creative.markup().equals(before.markup()) ? "/landingPage" : shownField(creative),
                  "a line item that pays by " + model + " needs " + missing);
            });
  }

  private static String shownField(Creative creative) {
    return switch (creative.format()) {
      case BANNER -> "/markup";
      case VIDEO -> "/vast";
      case NATIVE -> "/format";
    };
  }

  @Override
  public void insert(Handle handle, Creative creative) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO creative (id, account_id, advertiser_id, name, status, format, width,
                  height, markup, landing_page, advertiser_domains, categories, attributes, secure,
                  video, native)
                VALUES (:id, :accountId, :advertiserId, :name, :status, :format, :width, :height,
                  :markup, :landingPage, :advertiserDomains, :categories, :attributes, :secure,
                  :video::jsonb, :native::jsonb)\
                """),
            creative)
        .bind("accountId", creative.accountId())
        .bind("advertiserId", creative.advertiserId())
        .execute();
  }

  @Override
  public void update(Handle handle, Creative creative) {
    bind(
            handle.createUpdate(
                """
                UPDATE creative SET name = :name, status = :status, format = :format,
                  width = :width, height = :height, markup = :markup, landing_page = :landingPage,
                  advertiser_domains = :advertiserDomains, categories = :categories,
                  attributes = :attributes, secure = :secure, video = :video::jsonb,
                  native = :native::jsonb
                WHERE id = :id\
                """),
            creative)
        .execute();
  }

  private static Update bind(Update update, Creative creative) {
    return update
        .bind("id", creative.id())
        .bind("name", creative.name())
        .bind("status", creative.status().name())
        .bind("format", creative.format().name())
        .bind("width", creative.width())
        .bind("height", creative.height())
        .bind("markup", creative.markup())
        .bind("landingPage", creative.landingPage())
        .bindArray("advertiserDomains", String.class, creative.advertiserDomains())
        .bindArray("categories", String.class, creative.categories())
        .bindArray("attributes", Integer.class, creative.attributes())
        .bind("secure", creative.secure())
        .bind("video", json(creative.video()))
        .bind("native", json(creative.nativeAd()));
  }

  @Override
  public List<String> usedBy(Handle handle, Creative creative) {
    return handle
        .createQuery(
            "SELECT line_item_id FROM line_item_creative WHERE creative_id = :id"
                + " ORDER BY line_item_id LIMIT :limit")
        .bind("id", creative.id())
        .bind("limit", NAMED_USES)
        .map((row, context) -> "line item " + row.getLong(1))
        .list();
  }

  @Override
  public CatalogueEntity catalogued(Creative creative) {
    return creative;
  }
}
