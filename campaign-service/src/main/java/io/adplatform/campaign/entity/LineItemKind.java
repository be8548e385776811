package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.Amounts;
import io.adplatform.campaign.check.Attribution;
import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.FrequencyCapsForm;
import io.adplatform.campaign.check.Names;
import io.adplatform.campaign.check.TargetingForm;
import io.adplatform.campaign.check.Times;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.LineItem.Pacing;
import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

/** Line items: what is bid, for what, with which creatives and how fast. */
public final class LineItemKind implements EntityKind<LineItem> {
  private static final EntityTerms TERMS =
      EntityTerms.of(
              "line item",
              "/line-items",
              "line_item",
              List.of(Role.ADVERTISER),
              List.of(Role.ADVERTISER))
          .withSelect(
              """
              SELECT t.*, a.currency, ARRAY(
                  SELECT c.creative_id FROM line_item_creative c
                  WHERE c.line_item_id = t.id ORDER BY c.position) AS creative_ids
              FROM line_item t JOIN advertiser a ON a.id = t.advertiser_id\
              """);

  /** No click is worth more than a thousand units of its currency. */
  private static final long MAX_CPC_MICROS = 1_000_000_000L;

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public LineItem read(ResultSet row) throws SQLException {
    JsonObject targeting =
        new JsonObject().put("targeting", new JsonObject(row.getString("targeting")));
    return new LineItem(
            row.getLong("id"),
            row.getLong("account_id"),
            row.getLong("advertiser_id"),
            row.getLong("campaign_id"),
            row.getString("name"),
            Status.valueOf(row.getString("status")),
            0,
            Rows.array(row, "creative_ids", Long.class),
            Rows.budget(row),
            Rows.instant(row, "start_at"),
            Rows.instant(row, "end_at"),
            TargetingForm.read(targeting, new FieldErrors()),
            FrequencyCapsForm.ofColumn(row.getString("frequency_caps")),
            Pacing.valueOf(row.getString("pacing")))
        .priced(BidModel.valueOf(row.getString("bid_model")), row.getLong("bid_micros"))
        .onDealsAlone(row.getBoolean("deal_only"));
  }

  @Override
  public JsonObject toJson(LineItem item) {
    JsonArray creatives = new JsonArray();
    item.creativeIds().forEach(id -> creatives.add(Long.toString(id)));
    return new JsonObject()
        .put("id", Long.toString(item.id()))
        .put("accountId", Long.toString(item.accountId()))
        .put("advertiserId", Long.toString(item.advertiserId()))
        .put("campaignId", Long.toString(item.campaignId()))
        .put("name", item.name())
        .put("status", item.status().name())
        .put(
            "bid",
            new JsonObject()
                .put("model", item.model().name())
                .put("amountMicros", item.amountMicros()))
        .put("creativeIds", creatives)
        .put("budget", Amounts.toJson(item.budget()))
        .put("startAt", Times.text(item.startAt()))
        .put("endAt", Times.text(item.endAt()))
        .put("pacing", item.pacing().name())
        .put("frequencyCaps", FrequencyCapsForm.toJson(item.frequencyCaps()))
        .put("dealOnly", item.dealOnly())
        .put("targeting", TargetingForm.toJson(item.targeting()));
  }

  @Override
  public Identity identity(LineItem item) {
    return new Identity(item.id(), item.accountId(), item.advertiserId(), item.campaignId());
  }

  @Override
  public LineItem parse(JsonObject body, Identity identity, FieldErrors errors) {
    List<Long> creatives = Rows.ids(body, "creativeIds", errors);
    LineItem item =
        new LineItem(
                identity.id(),
                identity.accountId(),
                identity.advertiserId(),
                identity.campaignId(),
                Names.read(body, errors),
                Status.valueOf(body.getString("status", Status.ACTIVE.name())),
                0,
                creatives,
                Amounts.budget(body, errors),
                Times.instant(body, "startAt", errors),
                Times.instant(body, "endAt", errors),
                TargetingForm.read(body, errors),
                FrequencyCapsForm.read(body, errors),
                Pacing.valueOf(body.getString("pacing", Pacing.ASAP.name())))
            .priced(
                BidModel.valueOf(body.getJsonObject("bid").getString("model")),
                body.getJsonObject("bid").getLong("amountMicros"))
            .onDealsAlone(body.getBoolean("dealOnly", false));
    errors.require(
        item.model() != BidModel.CPC || item.amountMicros() <= MAX_CPC_MICROS,
        "/bid/amountMicros",
        "must be at most " + MAX_CPC_MICROS + " per click");
    Times.checkOrder(item.startAt(), item.endAt(), errors);
    errors.require(
        item.status() != Status.ACTIVE || !creatives.isEmpty(),
        "/creativeIds",
        "an ACTIVE line item needs at least one creative");
    if (item.pacing() != Pacing.ASAP) {
      errors.require(
          item.budget().totalMicros() != null || item.budget().dailyMicros() != null,
          "/budget",
          "is needed with this pacing: dailyMicros, or totalMicros and an end");
      errors.require(
          item.targeting().dayparts().isEmpty(),
          "/pacing",
          "is not in force yet together with dayparts; only ASAP is");
      errors.require(
          item.model() != BidModel.CPA,
          "/pacing",
          "is not in force together with CPA, whose charges come hours later; only ASAP is");
    }
    return item;
  }

  @Override
  public void check(Handle handle, LineItem item, LineItem before, FieldErrors errors) {
    checkPlan(handle, item, errors);
    errors.require(
        before == null || before.model() == item.model(),
        "/bid/model",
        "cannot be changed: what is leased and measured is of it; make another line item");
    if (item.creativeIds().isEmpty()) {
      return;
    }
    // Held against deletion, and against the loss of a macro, until what uses them is committed.
    Map<Long, String> own = new HashMap<>();
    handle
        .createQuery(
            "SELECT id, format, markup, landing_page FROM creative WHERE advertiser_id ="
                + " :advertiserId AND id = ANY(:ids) FOR SHARE")
        .bind("advertiserId", item.advertiserId())
        .bindArray("ids", Long.class, item.creativeIds())
        .map((row, context) -> Map.entry(row.getLong("id"), missing(item, row)))
        .forEach(creative -> own.put(creative.getKey(), creative.getValue()));
    for (int i = 0; i < item.creativeIds().size(); i++) {
      String missing = own.get(item.creativeIds().get(i));
      errors.require(missing != null, "/creativeIds/" + i, "is not a creative of this advertiser");
      errors.require(
          missing == null || missing.isEmpty(),
          "/creativeIds/" + i,
          "lacks what " + item.model() + " is charged by: " + missing);
    }
  }

  /** What a creative lacks for the line item's model; empty where it lacks nothing. */
  private static String missing(LineItem item, ResultSet row) throws SQLException {
    String missing =
        Attribution.missing(
            Format.valueOf(row.getString("format")),
            item.model(),
            row.getString("markup"),
            row.getString("landing_page"));
    return missing == null ? "" : missing;
  }

  /** A total budget is spread over the time to the end of the flight: there must be one. */
  private static void checkPlan(Handle handle, LineItem item, FieldErrors errors) {
    if (item.pacing() != Pacing.ASAP
        && item.budget().dailyMicros() == null
        && item.endAt() == null) {
      boolean ends =
          handle
              .createQuery("SELECT end_at IS NOT NULL FROM campaign WHERE id = :id FOR KEY SHARE")
              .bind("id", item.campaignId())
              .mapTo(Boolean.class)
              .one();
      errors.require(
          ends,
          "/endAt",
          "is needed, here or in the campaign, with this pacing and no dailyMicros");
    }
  }

  @Override
  public void insert(Handle handle, LineItem item) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO line_item (id, account_id, advertiser_id, campaign_id, name, status,
                  bid_micros, bid_model, start_at, end_at, total_micros, daily_micros, targeting,
                  frequency_caps, pacing, deal_only)
                VALUES (:id, :accountId, :advertiserId, :campaignId, :name, :status,
                  :bidMicros, :bidModel, :startAt, :endAt, :totalMicros, :dailyMicros,
                  :targeting::jsonb, :frequencyCaps::jsonb, :pacing, :dealOnly)\
                """),
            item)
        .bind("accountId", item.accountId())
        .bind("advertiserId", item.advertiserId())
        .bind("campaignId", item.campaignId())
        .execute();
    insertCreatives(handle, item);
  }

  @Override
  public void update(Handle handle, LineItem item) {
    bind(
            handle.createUpdate(
                """
                UPDATE line_item SET name = :name, status = :status,
                  bid_micros = :bidMicros, bid_model = :bidModel, start_at = :startAt, end_at = :endAt,
                  total_micros = :totalMicros, daily_micros = :dailyMicros,
                  targeting = :targeting::jsonb, frequency_caps = :frequencyCaps::jsonb,
                  pacing = :pacing, deal_only = :dealOnly
                WHERE id = :id\
                """),
            item)
        .execute();
    handle.execute("DELETE FROM line_item_creative WHERE line_item_id = ?", item.id());
    insertCreatives(handle, item);
  }

  private static Update bind(Update update, LineItem item) {
    return update
        .bind("id", item.id())
        .bind("name", item.name())
        .bind("status", item.status().name())
        .bind("bidMicros", item.amountMicros())
        .bind("bidModel", item.model().name())
        .bind("startAt", Rows.time(item.startAt()))
        .bind("endAt", Rows.time(item.endAt()))
        .bind("totalMicros", item.budget().totalMicros())
        .bind("dailyMicros", item.budget().dailyMicros())
        .bind("targeting", TargetingForm.toJson(item.targeting()).encode())
        .bind("frequencyCaps", FrequencyCapsForm.toJson(item.frequencyCaps()).encode())
        .bind("pacing", item.pacing().name())
        .bind("dealOnly", item.dealOnly());
  }

  private static void insertCreatives(Handle handle, LineItem item) {
    if (item.creativeIds().isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO line_item_creative
              (line_item_id, position, creative_id, advertiser_id, account_id)
            VALUES (:lineItemId, :position, :creativeId, :advertiserId, :accountId)\
            """);
    for (int i = 0; i < item.creativeIds().size(); i++) {
      batch
          .bind("lineItemId", item.id())
          .bind("position", i)
          .bind("creativeId", item.creativeIds().get(i))
          .bind("advertiserId", item.advertiserId())
          .bind("accountId", item.accountId())
          .add();
    }
    batch.execute();
  }

  @Override
  public List<String> usedBy(Handle handle, LineItem item) {
    List<String> uses = new ArrayList<>();
    Rows.count(handle, uses, "deal", "deal_line_item", "line_item_id", item.id());
    return uses;
  }

  @Override
  public Status status(LineItem item) {
    return item.status();
  }

  @Override
  public CatalogueEntity catalogued(LineItem item) {
    return item;
  }
}
