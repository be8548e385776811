package io.adplatform.campaign.entity;

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
