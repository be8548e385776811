package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.Amounts;
import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.FrequencyCapsForm;
import io.adplatform.campaign.check.Names;
import io.adplatform.campaign.check.Times;
import io.adplatform.runtime.api.Problem;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Advertisers. Currency and time zone are fixed from the first campaign on, also when it is
 * deleted: budgets, and what was charged and is owed, are kept in them (ADR 0088).
 */
public final class AdvertiserKind implements EntityKind<Advertiser> {
  private static final EntityTerms TERMS =
      EntityTerms.of(
          "advertiser",
          "/advertisers",
          "advertiser",
          List.of(Role.ADVERTISER),
          List.of(Role.ADVERTISER));

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public Advertiser read(ResultSet row) throws SQLException {
    return new Advertiser(
        row.getLong("id"),
        row.getLong("account_id"),
        row.getString("name"),
        row.getString("currency"),
        row.getString("time_zone"),
        FrequencyCapsForm.ofColumn(row.getString("frequency_caps")));
  }

  @Override
  public JsonObject toJson(Advertiser advertiser) {
    return new JsonObject()
        .put("id", Long.toString(advertiser.id()))
        .put("accountId", Long.toString(advertiser.accountId()))
        .put("name", advertiser.name())
        .put("currency", advertiser.currency())
        .put("timeZone", advertiser.timeZone())
        .put("frequencyCaps", FrequencyCapsForm.toJson(advertiser.frequencyCaps()));
  }

  @Override
  public Identity identity(Advertiser advertiser) {
    return new Identity(advertiser.id(), advertiser.accountId(), advertiser.id(), 0);
  }

  @Override
  public Advertiser parse(JsonObject body, Identity identity, FieldErrors errors) {
    Advertiser advertiser =
        new Advertiser(
            identity.id(),
            identity.accountId(),
            Names.read(body, errors),
            body.getString("currency"),
            body.getString("timeZone", "UTC"),
            FrequencyCapsForm.read(body, errors));
    Amounts.checkCurrency(advertiser.currency(), errors);
    Times.checkZone(advertiser.timeZone(), errors);
    return advertiser;
  }

  @Override
  public void check(Handle handle, Advertiser advertiser, Advertiser before, FieldErrors errors) {
    if (before == null) {
      return;
    }
    boolean sameCurrency = before.currency().equals(advertiser.currency());
    if (sameCurrency && before.timeZone().equals(advertiser.timeZone())) {
      return;
    }
    boolean hadCampaigns =
        handle
            .createQuery("SELECT had_campaigns FROM advertiser WHERE id = :id")
            .bind("id", advertiser.id())
            .mapTo(Boolean.class)
            .one();
    if (hadCampaigns) {
      throw Problem.conflict(
          sameCurrency ? "/timeZone" : "/currency",
          "It cannot change any more: what its campaigns may spend, or spent, is kept in it.");
    }
  }

  @Override
  public void insert(Handle handle, Advertiser advertiser) {
    handle
        .createUpdate(
            """
            INSERT INTO advertiser (id, account_id, name, currency, time_zone, frequency_caps)
            VALUES (:id, :accountId, :name, :currency, :timeZone, :caps::jsonb)\
            """)
        .bindMethods(advertiser)
        .bind("caps", FrequencyCapsForm.toJson(advertiser.frequencyCaps()).encode())
        .execute();
  }

  @Override
  public void update(Handle handle, Advertiser advertiser) {
    handle
        .createUpdate(
            """
            UPDATE advertiser SET name = :name, currency = :currency, time_zone = :timeZone,
              frequency_caps = :caps::jsonb
            WHERE id = :id\
            """)
        .bindMethods(advertiser)
        .bind("caps", FrequencyCapsForm.toJson(advertiser.frequencyCaps()).encode())
        .execute();
  }

  @Override
  public List<String> usedBy(Handle handle, Advertiser advertiser) {
    List<String> uses = new ArrayList<>();
    Rows.count(handle, uses, "campaign", "campaign", "advertiser_id", advertiser.id());
    Rows.count(handle, uses, "creative", "creative", "advertiser_id", advertiser.id());
    return uses;
  }

  @Override
  public CatalogueEntity catalogued(Advertiser advertiser) {
    return advertiser;
  }
}
