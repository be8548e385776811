package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.Amounts;
import io.adplatform.campaign.check.Domains;
import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.Names;
import io.adplatform.campaign.check.Times;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.Deal;
import io.adplatform.wire.catalogue.Deal.AuctionType;
import io.adplatform.wire.catalogue.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;

/**
 * Deals. Operators alone change them, for they are the exchange's word to supply partners; an
 * advertiser sees those of its own account.
 */
public final class DealKind implements EntityKind<Deal> {
  private static final EntityTerms TERMS =
      EntityTerms.of("deal", "/deals", "deal", List.of(Role.ADVERTISER), List.of())
          .withRows(
              """
              SELECT t.*, ARRAY(
                  SELECT l.line_item_id FROM deal_line_item l
                  WHERE l.deal_id = t.id ORDER BY l.position) AS line_item_ids
              FROM deal t\
              """);

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public Deal read(ResultSet row) throws SQLException {
    return new Deal(
        row.getLong("id"),
        row.getLong("account_id"),
        row.getString("deal_id"),
        row.getString("name"),
        Status.valueOf(row.getString("status")),
        row.getLong("supply_partner_id"),
        new Deal.Price(
            row.getLong("floor_micros"),
            row.getString("currency"),
            AuctionType.valueOf(row.getString("auction_type"))),
        Rows.array(row, "wseat", String.class),
        Rows.array(row, "wadomain", String.class),
        row.getBoolean("guaranteed"),
        Rows.array(row, "line_item_ids", Long.class),
        Rows.instant(row, "start_at"),
        Rows.instant(row, "end_at"));
  }

  @Override
  public JsonObject toJson(Deal deal) {
    JsonArray lineItems = new JsonArray();
    deal.lineItemIds().forEach(id -> lineItems.add(Long.toString(id)));
    return new JsonObject()
        .put("id", Long.toString(deal.id()))
        .put("accountId", Long.toString(deal.accountId()))
        .put("dealId", deal.dealId())
        .put("name", deal.name())
        .put("status", deal.status().name())
        .put("supplyPartnerId", Long.toString(deal.supplyPartnerId()))
        .put("floorMicros", deal.price().floorCpmMicros())
        .put("currency", deal.price().currency())
        .put("auctionType", deal.price().auctionType().name())
        .put("wseat", new JsonArray(deal.wseat()))
        .put("wadomain", new JsonArray(deal.wadomain()))
        .put("guaranteed", deal.guaranteed())
        .put("lineItemIds", lineItems)
        .put("startAt", Times.text(deal.startAt()))
        .put("endAt", Times.text(deal.endAt()));
  }

  @Override
  public Identity identity(Deal deal) {
    return new Identity(deal.id(), deal.accountId(), 0, 0);
  }

  @Override
  public Deal parse(JsonObject body, Identity identity, FieldErrors errors) {
    Deal deal =
        new Deal(
            identity.id(),
            identity.accountId(),
            body.getString("dealId"),
            Names.read(body, errors),
            Status.valueOf(body.getString("status", Status.ACTIVE.name())),
            Rows.id(body, "supplyPartnerId", errors),
            new Deal.Price(
                body.getLong("floorMicros", 0L),
                body.getString("currency", "USD"),
                AuctionType.valueOf(
                    body.getString("auctionType", AuctionType.SECOND_PRICE.name()))),
            List.copyOf(Rows.texts(body, "wseat")),
            List.copyOf(Rows.texts(body, "wadomain")),
            body.getBoolean("guaranteed", false),
            Rows.ids(body, "lineItemIds", errors),
            Times.instant(body, "startAt", errors),
            Times.instant(body, "endAt", errors));
    Amounts.checkCurrency(deal.price().currency(), errors);
    Times.checkOrder(deal.startAt(), deal.endAt(), errors);
    errors.require(
        deal.price().auctionType() != AuctionType.FIXED || deal.price().floorCpmMicros() > 0,
        "/floorMicros",
        "is the price of a FIXED deal: it must be above 0");
    for (int i = 0; i < deal.wadomain().size(); i++) {
      errors.require(
          Domains.isDomain(deal.wadomain().get(i)),
          "/wadomain/" + i,
          "must be a domain in lower case, such as acme.example");
    }
    return deal;
  }

  @Override
  public void check(Handle handle, Deal deal, Deal before, FieldErrors errors) {
    Rows.requireSupplyPartner(handle, deal.supplyPartnerId(), errors);
    if (deal.lineItemIds().isEmpty()) {
      return;
    }
    // Held against deletion until what uses them is committed.
    Set<Long> own =
        new HashSet<>(
            handle
                .createQuery(
                    "SELECT id FROM line_item WHERE account_id = :accountId AND id = ANY(:ids)"
                        + " FOR KEY SHARE")
                .bind("accountId", deal.accountId())
                .bindArray("ids", Long.class, deal.lineItemIds())
                .mapTo(Long.class)
                .list());
    for (int i = 0; i < deal.lineItemIds().size(); i++) {
      errors.require(
          own.contains(deal.lineItemIds().get(i)),
          "/lineItemIds/" + i,
          "is not a line item of the deal's account");
    }
  }

  @Override
  public void insert(Handle handle, Deal deal) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO deal (id, account_id, deal_id, name, status, supply_partner_id,
                  floor_micros, currency, auction_type, wseat, wadomain, guaranteed, start_at,
                  end_at)
                VALUES (:id, :accountId, :dealId, :name, :status, :supplyPartnerId,
                  :floorMicros, :currency, :auctionType, :wseat, :wadomain, :guaranteed, :startAt,
                  :endAt)\
                """),
            deal)
        .bind("accountId", deal.accountId())
        .bind("dealId", deal.dealId())
        .bind("supplyPartnerId", deal.supplyPartnerId())
        .execute();
    insertLineItems(handle, deal);
  }

  @Override
  public void update(Handle handle, Deal deal) {
    bind(
            handle.createUpdate(
                """
                UPDATE deal SET name = :name, status = :status, floor_micros = :floorMicros,
                  currency = :currency, auction_type = :auctionType, wseat = :wseat,
                  wadomain = :wadomain, guaranteed = :guaranteed, start_at = :startAt,
                  end_at = :endAt
                WHERE id = :id\
                """),
            deal)
        .execute();
    handle.execute("DELETE FROM deal_line_item WHERE deal_id = ?", deal.id());
    insertLineItems(handle, deal);
  }

  private static Update bind(Update update, Deal deal) {
    return update
        .bind("id", deal.id())
        .bind("name", deal.name())
        .bind("status", deal.status().name())
        .bind("floorMicros", deal.price().floorCpmMicros())
        .bind("currency", deal.price().currency())
        .bind("auctionType", deal.price().auctionType().name())
        .bindArray("wseat", String.class, deal.wseat())
        .bindArray("wadomain", String.class, deal.wadomain())
        .bind("guaranteed", deal.guaranteed())
        .bind("startAt", Rows.time(deal.startAt()))
        .bind("endAt", Rows.time(deal.endAt()));
  }

  private static void insertLineItems(Handle handle, Deal deal) {
    if (deal.lineItemIds().isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO deal_line_item (deal_id, position, line_item_id, account_id)
            VALUES (:dealId, :position, :lineItemId, :accountId)\
            """);
    for (int i = 0; i < deal.lineItemIds().size(); i++) {
      batch
          .bind("dealId", deal.id())
          .bind("position", i)
          .bind("lineItemId", deal.lineItemIds().get(i))
          .bind("accountId", deal.accountId())
          .add();
    }
    batch.execute();
  }

  @Override
  public Status status(Deal deal) {
    return deal.status();
  }

  @Override
  public CatalogueEntity catalogued(Deal deal) {
    return deal;
  }
}
