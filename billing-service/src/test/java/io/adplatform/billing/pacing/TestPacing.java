package io.adplatform.billing.pacing;

import java.sql.Connection;

/** Pacing over PostgreSQL, for tests elsewhere. */
public final class TestPacing {
  private TestPacing() {}

  /** The tables, in a transaction. */
  public static PacingStore store(Connection connection) {
    return new PostgresPacingStore(connection);
  }
}
