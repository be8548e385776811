package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.Amounts;
import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.Names;
import io.adplatform.campaign.check.TargetingForm;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.FloorRule;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.targeting.Attribute;
import io.adplatform.wire.targeting.Targeting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Floor rules: operators change them; a supply partner sees its own. */
public final class FloorRuleKind implements EntityKind<FloorRule> {
  private static final EntityTerms TERMS =
      EntityTerms.of("floor rule", "/floor-rules", "floor_rule", List.of(Role.PARTNER), List.of());

  /** What auctions look a rule up by. */
  private static final Set<Attribute> ATTRIBUTES =
      EnumSet.of(Attribute.COUNTRY, Attribute.REGION, Attribute.DEVICE_TYPE, Attribute.SIZE);

  /** Lanes try the rules of a partner one after the other. */
  private static final int MAX_RULES = 200;

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public FloorRule read(ResultSet row) throws SQLException {
    JsonObject targeting =
        new JsonObject().put("targeting", new JsonObject(row.getString("targeting")));
    return new FloorRule(
        row.getLong("id"),
        row.getLong("account_id"),
        row.getString("name"),
        Status.valueOf(row.getString("status")),
        row.getLong("supply_partner_id"),
        Rows.array(row, "placements", String.class),
        TargetingForm.read(targeting, new FieldErrors()),
        Rows.array(row, "formats", String.class).stream().map(Format::valueOf).toList(),
        row.getLong("floor_micros"),
        row.getString("currency"));
  }

  @Override
  public JsonObject toJson(FloorRule rule) {
    JsonArray formats = new JsonArray();
    rule.formats().forEach(format -> formats.add(format.name().toLowerCase(Locale.ROOT)));
    JsonObject targeting = TargetingForm.toJson(rule.targeting());
    targeting.remove("dayparts");
    return new JsonObject()
        .put("id", Long.toString(rule.id()))
        .put("accountId", Long.toString(rule.accountId()))
        .put("name", rule.name())
        .put("status", rule.status().name())
        .put("supplyPartnerId", Long.toString(rule.supplyPartnerId()))
        .put("placements", new JsonArray(rule.placements()))
        .put("targeting", targeting)
        .put("formats", formats)
        .put("floorMicros", rule.floorCpmMicros())
        .put("currency", rule.currency());
  }

  @Override
  public Identity identity(FloorRule rule) {
    return new Identity(rule.id(), rule.accountId(), 0, 0);
  }

  @Override
  public FloorRule parse(JsonObject body, Identity identity, FieldErrors errors) {
    Targeting targeting = TargetingForm.read(body, errors);
    checkAttributes(targeting.include(), "include", errors);
    checkAttributes(targeting.exclude(), "exclude", errors);
    errors.require(
        targeting.dayparts().isEmpty(),
        "/targeting/dayparts",
        "is not in force for floors: a rule holds at all times");
    FloorRule rule =
        new FloorRule(
            identity.id(),
            identity.accountId(),
            Names.read(body, errors),
            Status.valueOf(body.getString("status", Status.ACTIVE.name())),
            Rows.id(body, "supplyPartnerId", errors),
            List.copyOf(Rows.texts(body, "placements")),
            targeting,
            Rows.texts(body, "formats").stream()
                .map(format -> Format.valueOf(format.toUpperCase(Locale.ROOT)))
                .toList(),
            body.getLong("floorMicros"),
            body.getString("currency", "USD"));
    Amounts.checkCurrency(rule.currency(), errors);
    return rule;
  }

  private static void checkAttributes(
      Map<String, List<String>> values, String part, FieldErrors errors) {
    for (String name : values.keySet()) {
      errors.require(
          ATTRIBUTES.contains(Attribute.of(name)),
          "/targeting/" + part + "/" + name,
          "is not in force for floors; country, region, deviceType and size are");
    }
  }

  @Override
  public void check(Handle handle, FloorRule rule, FloorRule before, FieldErrors errors) {
    Rows.requireSupplyPartner(handle, rule.supplyPartnerId(), errors);
    if (before == null) {
      long others =
          handle
              .createQuery("SELECT count(*) FROM floor_rule WHERE supply_partner_id = :id")
              .bind("id", rule.supplyPartnerId())
              .mapTo(Long.class)
              .one();
      errors.require(
          others < MAX_RULES, "/supplyPartnerId", "has " + MAX_RULES + " floor rules, the most");
    }
  }

  @Override
  public void insert(Handle handle, FloorRule rule) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO floor_rule (id, account_id, name, status, supply_partner_id,
                  placements, targeting, formats, floor_micros, currency)
                VALUES (:id, :accountId, :name, :status, :supplyPartnerId, :placements,
                  :targeting::jsonb, :formats, :floorMicros, :currency)\
                """),
            rule)
        .bind("accountId", rule.accountId())
        .bind("supplyPartnerId", rule.supplyPartnerId())
        .execute();
  }

  @Override
  public void update(Handle handle, FloorRule rule) {
    bind(
            handle.createUpdate(
                """
                UPDATE floor_rule SET name = :name, status = :status, placements = :placements,
                  targeting = :targeting::jsonb, formats = :formats, floor_micros = :floorMicros,
                  currency = :currency
                WHERE id = :id\
                """),
            rule)
        .execute();
  }

  private static Update bind(Update update, FloorRule rule) {
    return update
        .bind("id", rule.id())
        .bind("name", rule.name())
        .bind("status", rule.status().name())
        .bindArray("placements", String.class, rule.placements())
        .bind("targeting", TargetingForm.toJson(rule.targeting()).encode())
        .bindArray("formats", String.class, rule.formats().stream().map(Enum::name).toList())
        .bind("floorMicros", rule.floorCpmMicros())
        .bind("currency", rule.currency());
  }

  @Override
  public Status status(FloorRule rule) {
    return rule.status();
  }

  @Override
  public CatalogueEntity catalogued(FloorRule rule) {
    return rule;
  }
}
