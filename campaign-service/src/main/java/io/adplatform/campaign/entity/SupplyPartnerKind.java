package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.Amounts;
import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.Names;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/**
 * Supply partners. Operators alone change them, for their terms (the margin, the limits) are the
 * exchange's; a partner sees its own.
 */
public final class SupplyPartnerKind implements EntityKind<SupplyPartner> {
  private static final EntityTerms TERMS =
      EntityTerms.of(
          "supply partner", "/supply-partners", "supply_partner", List.of(Role.PARTNER), List.of());

  private static final int DEFAULT_TMAX_MILLIS = 300;
  private static final int DEFAULT_QUERIES_PER_SECOND = 100_000;

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public SupplyPartner read(ResultSet row) throws SQLException {
    return new SupplyPartner(
        row.getLong("id"),
        row.getLong("account_id"),
        row.getString("key"),
        row.getString("name"),
        Status.valueOf(row.getString("status")),
        row.getInt("default_tmax_millis"),
        BillableEvent.valueOf(row.getString("billable_event")),
        row.getInt("margin_basis_points"),
        row.getInt("queries_per_second"),
        row.getInt("max_bids_per_imp"),
        row.getDouble("record_share"),
        row.getBoolean("debug"));
  }

  @Override
  public JsonObject toJson(SupplyPartner partner) {
    return new JsonObject()
        .put("id", Long.toString(partner.id()))
        .put("accountId", Long.toString(partner.accountId()))
        .put("key", partner.key())
        .put("name", partner.name())
        .put("status", partner.status().name())
        .put("defaultTmaxMillis", partner.defaultTmaxMillis())
        .put("billableEvent", partner.billableEvent().name())
        .put("marginPercent", Amounts.percent(partner.marginBasisPoints()))
        .put("queriesPerSecond", partner.queriesPerSecond())
        .put("maxBidsPerImp", partner.maxBidsPerImp())
        .put("recordShare", partner.recordShare())
        .put("debug", partner.debug());
  }

  @Override
  public Identity identity(SupplyPartner partner) {
    return new Identity(partner.id(), partner.accountId(), 0, 0);
  }

  @Override
  public SupplyPartner parse(JsonObject body, Identity identity, FieldErrors errors) {
    return new SupplyPartner(
        identity.id(),
        identity.accountId(),
        body.getString("key"),
        Names.read(body, errors),
        Status.valueOf(body.getString("status", Status.ACTIVE.name())),
        body.getInteger("defaultTmaxMillis", DEFAULT_TMAX_MILLIS),
        billableEvent(body, errors),
        Amounts.basisPoints(body.getNumber("marginPercent", 0), "/marginPercent", errors),
        body.getInteger("queriesPerSecond", DEFAULT_QUERIES_PER_SECOND),
        body.getInteger("maxBidsPerImp", 1),
        body.getNumber("recordShare", 1).doubleValue(),
        body.getBoolean("debug", false));
  }

  private static BillableEvent billableEvent(JsonObject body, FieldErrors errors) {
    String name = body.getString("billableEvent", BillableEvent.BEACON.name());
    for (BillableEvent event : BillableEvent.values()) {
      if (event.name().equals(name)) {
        return event;
      }
    }
    errors.add("/billableEvent", "is not in force yet; only BEACON and BURL are");
    return BillableEvent.BEACON;
  }

  @Override
  public void insert(Handle handle, SupplyPartner partner) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO supply_partner (id, account_id, key, name, status,
                  default_tmax_millis, billable_event, margin_basis_points, queries_per_second,
                  max_bids_per_imp, record_share, debug)
                VALUES (:id, :accountId, :key, :name, :status, :defaultTmaxMillis,
                  :billableEvent, :marginBasisPoints, :queriesPerSecond, :maxBidsPerImp,
                  :recordShare, :debug)\
                """),
            partner)
        .bind("accountId", partner.accountId())
        .execute();
  }

  @Override
  public void update(Handle handle, SupplyPartner partner) {
    bind(
            handle.createUpdate(
                """
                UPDATE supply_partner SET key = :key, name = :name, status = :status,
                  default_tmax_millis = :defaultTmaxMillis, billable_event = :billableEvent,
                  margin_basis_points = :marginBasisPoints,
                  queries_per_second = :queriesPerSecond, max_bids_per_imp = :maxBidsPerImp,
                  record_share = :recordShare, debug = :debug
                WHERE id = :id\
                """),
            partner)
        .execute();
  }

  private static Update bind(Update update, SupplyPartner partner) {
    return update
        .bind("id", partner.id())
        .bind("key", partner.key())
        .bind("name", partner.name())
        .bind("status", partner.status().name())
        .bind("defaultTmaxMillis", partner.defaultTmaxMillis())
        .bind("billableEvent", partner.billableEvent().name())
        .bind("marginBasisPoints", partner.marginBasisPoints())
        .bind("queriesPerSecond", partner.queriesPerSecond())
        .bind("maxBidsPerImp", partner.maxBidsPerImp())
        .bind("recordShare", partner.recordShare())
        .bind("debug", partner.debug());
  }

  @Override
  public List<String> usedBy(Handle handle, SupplyPartner partner) {
    List<String> uses = new ArrayList<>();
    Rows.count(handle, uses, "deal", "deal", "supply_partner_id", partner.id());
    Rows.count(handle, uses, "floor rule", "floor_rule", "supply_partner_id", partner.id());
    return uses;
  }

  @Override
  public Status status(SupplyPartner partner) {
    return partner.status();
  }

  @Override
  public CatalogueEntity catalogued(SupplyPartner partner) {
    return partner;
  }
}
