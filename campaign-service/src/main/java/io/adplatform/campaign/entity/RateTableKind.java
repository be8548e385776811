package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.RatesForm;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.RateTable;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What currencies are worth, one table a day: the operators' business alone. */
public final class RateTableKind implements EntityKind<RateTable> {
  private static final EntityTerms TERMS =
      EntityTerms.of("rate table", "/rate-tables", "rate_table", List.of(), List.of());

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public RateTable read(ResultSet row) throws SQLException {
    return new RateTable(
        row.getLong("id"),
        row.getLong("account_id"),
        row.getObject("date", LocalDate.class),
        RatesForm.ofColumn(row.getString("units_per_usd")));
  }

  @Override
  public JsonObject toJson(RateTable table) {
    return new JsonObject()
        .put("id", Long.toString(table.id()))
        .put("accountId", Long.toString(table.accountId()))
        .put("date", table.date().toString())
        .put("unitsPerUsd", RatesForm.toJson(table.unitsPerUsd()));
  }

  @Override
  public Identity identity(RateTable table) {
    return new Identity(table.id(), table.accountId(), 0, 0);
  }

  @Override
  public RateTable parse(JsonObject body, Identity identity, FieldErrors errors) {
    return new RateTable(
        identity.id(),
        identity.accountId(),
        RatesForm.date(body, errors),
        RatesForm.read(body, errors));
  }

  @Override
  public void insert(Handle handle, RateTable table) {
    handle
        .createUpdate(
            """
            INSERT INTO rate_table (id, account_id, date, units_per_usd)
            VALUES (:id, :accountId, :date, :rates::jsonb)\
            """)
        .bindMethods(table)
        .bind("rates", RatesForm.toJson(table.unitsPerUsd()).encode())
        .execute();
  }

  @Override
  public void update(Handle handle, RateTable table) {
    handle
        .createUpdate(
            "UPDATE rate_table SET date = :date, units_per_usd = :rates::jsonb WHERE id = :id")
        .bindMethods(table)
        .bind("rates", RatesForm.toJson(table.unitsPerUsd()).encode())
        .execute();
  }

  @Override
  public CatalogueEntity catalogued(RateTable table) {
    return table;
  }
}
