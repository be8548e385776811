package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.wire.catalogue.Budget;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Reads and counts rows, and reads arrays of bodies. */
final class Rows {
  private static final String NO_ID = "must be an id: a decimal number of 64 bits";

  private Rows() {}

  static Instant instant(ResultSet row, String column) throws SQLException {
    Timestamp time = row.getTimestamp(column);
    return time == null ? null : time.toInstant();
  }

  /** As the driver takes it for {@code timestamptz}. */
  static OffsetDateTime time(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }

  static Budget budget(ResultSet row) throws SQLException {
    return new Budget(
        row.getObject("total_micros", Long.class), row.getObject("daily_micros", Long.class));
  }

  static <T> List<T> array(ResultSet row, String column, Class<T> type) throws SQLException {
    List<T> list = new ArrayList<>();
    for (Object value : (Object[]) row.getArray(column).getArray()) {
      list.add(type.cast(value));
    }
    return List.copyOf(list);
  }

  static List<String> texts(JsonObject body, String name) {
    return body.getJsonArray(name, new JsonArray()).stream().map(String.class::cast).toList();
  }

  /** Reads an id; 0 where it is none. */
  static long id(JsonObject body, String name, FieldErrors errors) {
    long id = ApiRequest.parseId(body.getString(name));
    errors.require(id > 0, "/" + name, NO_ID);
    return Math.max(0, id);
  }

  /** Reads a list of ids. */
  static List<Long> ids(JsonObject body, String name, FieldErrors errors) {
    List<String> texts = texts(body, name);
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      long id = ApiRequest.parseId(texts.get(i));
      errors.require(id > 0, "/" + name + "/" + i, NO_ID);
      ids.add(id);
    }
    return List.copyOf(ids);
  }

  /** Checks that a supply partner exists, and holds it against deletion. */
  static void requireSupplyPartner(Handle handle, long id, FieldErrors errors) {
    boolean exists =
        handle
            .createQuery("SELECT id FROM supply_partner WHERE id = :id FOR KEY SHARE")
            .bind("id", id)
            .mapTo(Long.class)
            .findOne()
            .isPresent();
    errors.require(exists, "/supplyPartnerId", "there is no such supply partner");
  }

  /** Adds {@code 2 campaigns} to what uses a thing where there are 2. */
  static void count(
      Handle handle, List<String> uses, String noun, String table, String column, long id) {
    long count =
        handle
            .createQuery("SELECT count(*) FROM " + table + " WHERE " + column + " = :id")
            .bind("id", id)
            .mapTo(Long.class)
            .one();
    if (count > 0) {
      uses.add(count + " " + noun + (count == 1 ? "" : "s"));
    }
  }
}
