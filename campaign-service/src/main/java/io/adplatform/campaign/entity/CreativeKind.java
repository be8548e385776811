package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.Attribution;
import io.adplatform.campaign.check.CreativeMarkup;
import io.adplatform.campaign.check.Domains;
import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.Names;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Creatives: banners, until other formats are in force. */
public final class CreativeKind implements EntityKind<Creative> {
  private static final EntityTerms TERMS =
      EntityTerms.of(
          "creative", "/creatives", "creative", List.of(Role.ADVERTISER), List.of(Role.ADVERTISER));

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
        row.getBoolean("secure"));
  }

  @Override
  public JsonObject toJson(Creative creative) {
    return new JsonObject()
        .put("id", Long.toString(creative.id()))
        .put("accountId", Long.toString(creative.accountId()))
        .put("advertiserId", Long.toString(creative.advertiserId()))
        .put("name", creative.name())
        .put("status", creative.status().name())
        .put("format", creative.format().name().toLowerCase(Locale.ROOT))
        .put("width", creative.width())
        .put("height", creative.height())
        .put("markup", creative.markup())
        .put("landingPage", creative.landingPage())
        .put("advertiserDomains", new JsonArray(creative.advertiserDomains()))
        .put("categories", new JsonArray(creative.categories()))
        .put("attributes", new JsonArray(creative.attributes()))
        .put("secure", creative.secure());
  }

  @Override
  public Identity identity(Creative creative) {
    return new Identity(creative.id(), creative.accountId(), creative.advertiserId(), 0);
  }

  @Override
  public Creative parse(JsonObject body, Identity identity, FieldErrors errors) {
    errors.require(
        body.getString("format").equals("banner"),
        "/format",
        "is not in force yet; only banner is");
    String markup = body.getString("markup");
    String landingPage = body.getString("landingPage");
    List<String> domains = Rows.texts(body, "advertiserDomains");
    List<String> categories = Rows.texts(body, "categories");
    CreativeMarkup.check(markup, errors);
    CreativeMarkup.checkCategories(categories, errors);
    Domains.check(domains, errors);
    Domains.checkLandingPage(landingPage, domains, errors);
    return new Creative(
        identity.id(),
        identity.accountId(),
        identity.advertiserId(),
        Names.read(body, errors),
        Status.valueOf(body.getString("status", Status.ACTIVE.name())),
        Format.BANNER,
        body.getInteger("width"),
        body.getInteger("height"),
        markup,
        landingPage,
        domains,
        categories,
        attributes(body),
        CreativeMarkup.isSecure(markup, landingPage));
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
                      BidModel.valueOf(model), creative.markup(), creative.landingPage());
              errors.require(
                  missing == null,
                  creative.markup().equals(before.markup()) ? "/landingPage" : "/markup",
                  "a line item that pays by " + model + " needs " + missing);
            });
  }

  @Override
  public void insert(Handle handle, Creative creative) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO creative (id, account_id, advertiser_id, name, status, format, width,
                  height, markup, landing_page, advertiser_domains, categories, attributes, secure)
                VALUES (:id, :accountId, :advertiserId, :name, :status, :format, :width, :height,
                  :markup, :landingPage, :advertiserDomains, :categories, :attributes, :secure)\
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
                  attributes = :attributes, secure = :secure
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
        .bind("secure", creative.secure());
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
