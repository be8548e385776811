package io.adplatform.billing.ledger;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.settlement.SettledMessages.Impression;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.targeting.Targeting;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A ledger of its own: two advertisers of accounts 1 and 2 with a line item each, two supply
 * partners of accounts 3 and 4, a demand partner of account 5. Messages are posted without a topic,
 * in partition 0.
 */
final class TestBooks implements AutoCloseable {
  static final long OTHER_ADVERTISER = 11;
  static final long OTHER_LINE_ITEM = 1100;
  static final long PARTNER = 50;
  static final long OTHER_PARTNER = 51;
  static final long DEMAND = 60;
  static final long HOUR = Instant.parse("2027-03-01T12:00:00Z").toEpochMilli();

  final TestBudgets budgets = new TestBudgets();
  final TestClock clock = new TestClock("2027-03-01T12:34:56Z");
  final TestSettlement settlement = settlement();
  long next;

  TestBooks() {
    try {
      budgets.publish(
          advertiser("UTC"),
          campaign(Budget.UNBOUNDED),
          lineItem(LINE_ITEM, Budget.UNBOUNDED),
          new Advertiser(OTHER_ADVERTISER, 2, "Other", "USD", "UTC"),
          new Campaign(
              110, 2, OTHER_ADVERTISER, "Other", Status.ACTIVE, null, null, Budget.UNBOUNDED),
          new LineItem(
              OTHER_LINE_ITEM,
              2,
              OTHER_ADVERTISER,
              110,
              "Other",
              Status.ACTIVE,
              1,
              List.of(),
              Budget.UNBOUNDED,
              null,
              null,
              Targeting.ANY),
          partner(PARTNER, 3),
          partner(OTHER_PARTNER, 4),
          new DemandPartner(DEMAND, 5, "DSP", Status.ACTIVE, null, null, null));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SupplyPartner partner(long id, long accountId) {
    return new SupplyPartner(
        id,
        accountId,
        "ssp-" + id,
        "SSP",
        Status.ACTIVE,
        300,
        BillableEvent.BEACON,
        0,
        1000,
        1,
        1,
        false);
  }

  /** As a process that was started anew has it. */
  TestSettlement settlement() {
    return new TestSettlement(budgets.database.transactions(), 2, clock);
  }

  /** Posts impressions as one batch. */
  void post(Impression... impressions) throws SQLException {
    List<byte[]> messages = new ArrayList<>();
    Arrays.stream(impressions).forEach(one -> messages.add(one.message()));
    postMessages(messages);
  }

  /** Posts messages as one batch. */
  void postMessages(List<byte[]> messages) throws SQLException {
    if (!settlement.count(0, next, messages)) {
      throw new IllegalStateException("not at " + next);
    }
    next += messages.size();
  }

  /** Runs a statement as the owner of the tables. */
  void asOwner(String... statements) throws SQLException {
    try (Connection connection = budgets.server.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SET search_path = billing");
      for (String one : statements) {
        statement.execute(one);
      }
      connection.commit();
    }
  }

  /** Runs statements as the service does, in one transaction. */
  void asService(String... statements) throws SQLException {
    budgets
        .database
        .transactions()
        .forService(
            handle -> {
              try (Statement statement = handle.getConnection().createStatement()) {
                for (String one : statements) {
                  statement.execute(one);
                }
              }
              return null;
            });
  }

  /** Debits less credits of an account; 0 where there is none. */
  long balance(AccountKind kind, long ownerId) throws SQLException {
    return budgets.number(
        "SELECT coalesce(sum(balance_micros), 0) FROM ledger_balance JOIN ledger_account a"
            + " ON a.id = account_id WHERE a.currency = 'USD' AND a.kind = '"
            + kind
            + "' AND a.owner_id = "
            + ownerId);
  }

  /** Fails unless all debits equal all credits and every kept sum is the sum. */
  void requireExact() throws SQLException {
    assertEquals(0, budgets.number("SELECT count(*) FROM ledger_discrepancy"));
    assertEquals(
        0,
        budgets.number(
            "SELECT count(*) FROM (SELECT 1 FROM ledger_balance JOIN ledger_account a"
                + " ON a.id = account_id GROUP BY a.currency"
                + " HAVING sum(balance_micros) <> 0) AS off"));
  }

  @Override
  public void close() {
    budgets.close();
  }
}
