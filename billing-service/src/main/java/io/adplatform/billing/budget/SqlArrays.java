package io.adplatform.billing.budget;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;

/** Many values as one parameter of a statement, for {@code = ANY (?)} and {@code unnest(?)}. */
public final class SqlArrays {
  private SqlArrays() {}

  /** A {@code bigint[]}; its elements may be null. */
  public static Array longs(Connection connection, Collection<Long> values) throws SQLException {
    return connection.createArrayOf("bigint", values.toArray());
  }

  /** An {@code integer[]}; its elements may be null. */
  public static Array integers(Connection connection, Collection<Integer> values)
      throws SQLException {
    return connection.createArrayOf("integer", values.toArray());
  }

  /** A {@code text[]} of what the values print as; its elements may be null. */
  public static Array texts(Connection connection, Collection<?> values) throws SQLException {
    Object[] texts = values.stream().map(v -> v == null ? null : v.toString()).toArray();
    return connection.createArrayOf("text", texts);
  }

  /** A {@code boolean[]}. */
  public static Array booleans(Connection connection, Collection<Boolean> values)
      throws SQLException {
    return connection.createArrayOf("boolean", values.toArray());
  }

  /** A column that may be null. */
  public static Long nullableLong(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }
}
