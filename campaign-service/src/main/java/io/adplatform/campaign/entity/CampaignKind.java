package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.Amounts;
import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.FrequencyCapsForm;
import io.adplatform.campaign.check.Names;
import io.adplatform.campaign.check.Times;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Campaigns. */
public final class CampaignKind implements EntityKind<Campaign> {
  private static final EntityTerms TERMS =
      EntityTerms.of(
              "campaign",
              "/campaigns",
              "campaign",
              List.of(Role.ADVERTISER),
              List.of(Role.ADVERTISER))
          .withSelect(
              "SELECT t.*, a.currency FROM campaign t JOIN advertiser a ON a.id = t.advertiser_id");

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public Campaign read(ResultSet row) throws SQLException {
    return new Campaign(
        row.getLong("id"),
        row.getLong("account_id"),
        row.getLong("advertiser_id"),
        row.getString("name"),
        Status.valueOf(row.getString("status")),
        Rows.instant(row, "start_at"),
        Rows.instant(row, "end_at"),
        Rows.budget(row),
        FrequencyCapsForm.ofColumn(row.getString("frequency_caps")));
  }

  @Override
  public JsonObject toJson(Campaign campaign) {
    return new JsonObject()
        .put("id", Long.toString(campaign.id()))
        .put("accountId", Long.toString(campaign.accountId()))
        .put("advertiserId", Long.toString(campaign.advertiserId()))
        .put("name", campaign.name())
        .put("status", campaign.status().name())
        .put("startAt", Times.text(campaign.startAt()))
        .put("endAt", Times.text(campaign.endAt()))
        .put("budget", Amounts.toJson(campaign.budget()))
        .put("frequencyCaps", FrequencyCapsForm.toJson(campaign.frequencyCaps()));
  }

  @Override
  public Identity identity(Campaign campaign) {
    return new Identity(
        campaign.id(), campaign.accountId(), campaign.advertiserId(), campaign.id());
  }

  @Override
  public Campaign parse(JsonObject body, Identity identity, FieldErrors errors) {
    Campaign campaign =
        new Campaign(
            identity.id(),
            identity.accountId(),
            identity.advertiserId(),
            Names.read(body, errors),
            Status.valueOf(body.getString("status", Status.ACTIVE.name())),
            Times.instant(body, "startAt", errors),
            Times.instant(body, "endAt", errors),
            Amounts.budget(body, errors),
            FrequencyCapsForm.read(body, errors));
    Times.checkOrder(campaign.startAt(), campaign.endAt(), errors);
    return campaign;
  }

  @Override
  public void check(Handle handle, Campaign campaign, Campaign before, FieldErrors errors) {
    if (before != null && before.endAt() != null && campaign.endAt() == null) {
      boolean relied =
          handle
              .createQuery(
                  "SELECT EXISTS (SELECT 1 FROM line_item WHERE campaign_id = :id"
                      + " AND pacing <> 'ASAP' AND daily_micros IS NULL AND end_at IS NULL)")
              .bind("id", campaign.id())
              .mapTo(Boolean.class)
              .one();
      errors.require(
          !relied, "/endAt", "is what a line item's total budget is spread over by its pacing");
    }
  }

  @Override
  public void insert(Handle handle, Campaign campaign) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO campaign (id, account_id, advertiser_id, name, status,
                  start_at, end_at, total_micros, daily_micros, frequency_caps)
                VALUES (:id, :accountId, :advertiserId, :name, :status,
                  :startAt, :endAt, :totalMicros, :dailyMicros,
                  :frequencyCaps::jsonb)\
                """),
            campaign)
        .bind("accountId", campaign.accountId())
        .bind("advertiserId", campaign.advertiserId())
        .execute();
  }

  @Override
  public void update(Handle handle, Campaign campaign) {
    bind(
            handle.createUpdate(
                """
                UPDATE campaign SET name = :name, status = :status, start_at = :startAt,
                  end_at = :endAt, total_micros = :totalMicros, daily_micros = :dailyMicros,
                  frequency_caps = :frequencyCaps::jsonb
                WHERE id = :id\
                """),
            campaign)
        .execute();
  }

  private static Update bind(Update update, Campaign campaign) {
    return update
        .bind("id", campaign.id())
        .bind("name", campaign.name())
        .bind("status", campaign.status().name())
        .bind("startAt", Rows.time(campaign.startAt()))
        .bind("endAt", Rows.time(campaign.endAt()))
        .bind("totalMicros", campaign.budget().totalMicros())
        .bind("dailyMicros", campaign.budget().dailyMicros())
        .bind("frequencyCaps", FrequencyCapsForm.toJson(campaign.frequencyCaps()).encode());
  }

  @Override
  public List<String> usedBy(Handle handle, Campaign campaign) {
    List<String> uses = new ArrayList<>();
    Rows.count(handle, uses, "line item", "line_item", "campaign_id", campaign.id());
    return uses;
  }

  @Override
  public CatalogueEntity catalogued(Campaign campaign) {
    return campaign;
  }
}
