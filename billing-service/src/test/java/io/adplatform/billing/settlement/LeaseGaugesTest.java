package io.adplatform.billing.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** The alert for closing that is held up. */
class LeaseGaugesTest {
  private static final long NOW = 1_800_000_000_000L;

  @Test
  void shouldSayHowLongClosingIsHeldUpThoughANodeNeverSentAMark() throws SQLException {
    try (TestBudgets budgets = new TestBudgets();
        Connection connection = budgets.server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      assertNull(LeaseGauges.settledUpToMillis(connection, 2));
      statement.execute(
          "INSERT INTO node (id, first_seen_millis) VALUES (1, %d)".formatted(NOW - 90_000));
      assertEquals(NOW - 90_000, LeaseGauges.settledUpToMillis(connection, 2));
      statement.execute("INSERT INTO settled_mark VALUES (1, 0, %d)".formatted(NOW - 5_000));
      assertEquals(
          NOW - 90_000, LeaseGauges.settledUpToMillis(connection, 2), "one partition of two");
      statement.execute("INSERT INTO settled_mark VALUES (1, 1, %d)".formatted(NOW - 7_000));
      assertEquals(NOW - 7_000, LeaseGauges.settledUpToMillis(connection, 2));
      statement.execute(
          "INSERT INTO node (id, first_seen_millis) VALUES (2, %d)".formatted(NOW - 30_000));
      assertEquals(NOW - 30_000, LeaseGauges.settledUpToMillis(connection, 2));
      statement.execute("UPDATE node SET written_off_millis = 1");
      assertNull(LeaseGauges.settledUpToMillis(connection, 2));
    }
  }

  @Test
  void shouldCountThatLeasesCannotBeRead() throws SQLException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (TestBudgets budgets = new TestBudgets();
        LeaseGauges gauges =
            new LeaseGauges(
                budgets.database.transactions(), 2, new TestClock("2027-03-01T12:00:00Z"), meters);
        Connection connection = budgets.server.connect();
        Statement statement = connection.createStatement()) {
      assertEquals(Double.NaN, meters.get("adplatform.billing.leases.age.seconds").gauge().value());
      gauges.refresh();
      double age = meters.get("adplatform.billing.leases.age.seconds").gauge().value();
      assertTrue(age >= 0, "age " + age);
      assertEquals(0, meters.get("adplatform.billing.leases.read.failures").counter().count());
      statement.execute("REVOKE SELECT ON billing.lease FROM billing_app");
      gauges.refresh();
      assertEquals(1, meters.get("adplatform.billing.leases.read.failures").counter().count());
    }
  }
}
