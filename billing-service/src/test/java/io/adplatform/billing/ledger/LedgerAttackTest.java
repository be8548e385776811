package io.adplatform.billing.ledger;

import static io.adplatform.billing.TestBudgets.ACCOUNT;
import static io.adplatform.billing.TestBudgets.ADVERTISER;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.HOUR;
import static io.adplatform.billing.ledger.TestBooks.OTHER_LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.OTHER_PARTNER;
import static io.adplatform.billing.ledger.TestBooks.PARTNER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.settlement.SettledMessages.Impression;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What somebody with the service's own login tries: the database refuses it. */
class LedgerAttackTest {
  private static final String RANGE =
      "INSERT INTO ledger_range (generation, partition, from_offset, next_offset) VALUES ";

  private final TestBooks books = new TestBooks();

  @BeforeEach
  void post() throws SQLException {
    books.post(Impression.of(HOUR, LINE_ITEM, PARTNER, 10, 8));
    books.post(Impression.of(HOUR, OTHER_LINE_ITEM, OTHER_PARTNER, 20, 15));
  }

  @AfterEach
  void close() throws SQLException {
    books.requireExact();
    books.close();
  }

  private Connection connect() throws SQLException {
    return books.budgets.database.connect();
  }

  private static String reason(Throwable refused) {
    StringBuilder said = new StringBuilder();
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      said.append(cause.getMessage()).append('\n');
    }
    return said.toString();
  }

  private void assertRefused(String because, String... statements) {
    Exception refused = assertThrows(Exception.class, () -> books.asService(statements));
    assertTrue(reason(refused).contains(because), reason(refused));
  }

  private static String raiseBalance(String table) {
    return "INSERT INTO "
        + table
        + " SELECT id, 1000000 FROM ledger_account WHERE kind = 'FUNDS' LIMIT 1";
  }

  @Test
  void shouldRefuseATableOfOnesOwnWhoseTriggerWritesBalances() throws SQLException {
    assertRefused("permission denied", "CREATE TEMP TABLE mine (account_id bigint)");
    // Where the database grants a place for tables all the same.
    books.asOwner("CREATE SCHEMA elsewhere", "GRANT CREATE, USAGE ON SCHEMA elsewhere TO PUBLIC");
    String table = "CREATE TABLE elsewhere.mine (account_id bigint, amount_micros bigint)";
    String trigger =
        "CREATE TRIGGER t AFTER INSERT ON elsewhere.mine REFERENCING NEW TABLE AS added"
            + " FOR EACH STATEMENT EXECUTE FUNCTION add_to_balances()";
    assertRefused("permission denied for function add_to_balances", table, trigger);
    books.asOwner("GRANT EXECUTE ON FUNCTION add_to_balances(), open_balances() TO PUBLIC");
    assertRefused("for ledger_posting alone", table, trigger, raiseBalance("elsewhere.mine"));
    assertRefused(
        "for ledger_account alone",
        "CREATE TABLE elsewhere.mine (id bigint)",
        "CREATE TRIGGER t AFTER INSERT ON elsewhere.mine REFERENCING NEW TABLE AS opened"
            + " FOR EACH STATEMENT EXECUTE FUNCTION open_balances()",
        "INSERT INTO elsewhere.mine VALUES (4711)");
  }

  @Test
  void shouldRefuseToChargeAnotherThanTheEntryNames() throws SQLException {
    String postings =
        "INSERT INTO ledger_posting (entry_id, account_id, currency, amount_micros, posted_millis)"
            + " SELECT (SELECT max(id) FROM ledger_entry), id, currency,"
            + " CASE kind WHEN 'RECEIVABLE' THEN 7 WHEN 'PAYABLE' THEN -5 ELSE -2 END, 1"
            + " FROM ledger_account WHERE kind = 'MARGIN'"
            + " OR kind = 'RECEIVABLE' AND owner_id = %d OR kind = 'PAYABLE' AND owner_id = %d";
    String entry =
        "INSERT INTO ledger_entry (kind, currency, posted_millis, advertiser_id, line_item_id,"
            + " supply_partner_id, hour_millis, range_id, impressions, charged_micros, cost_micros,"
            + " over_delivery_micros) VALUES ('SETTLED', 'USD', 1, 10, 1000, 50, 0,"
            + " (SELECT max(id) FROM ledger_range), 1, 7, 5, 0)";
    String range = RANGE + "(0, 1, 0, 1)";
    long other = TestBooks.OTHER_ADVERTISER;
    assertRefused("account of another", range, entry, postings.formatted(other, PARTNER));
    assertRefused(
        "account of another", range, entry, postings.formatted(ADVERTISER, OTHER_PARTNER));
    assertRefused(
        "account of another",
        "INSERT INTO ledger_entry (kind, currency, posted_millis, advertiser_id, reason,"
            + " author_key_id, author_account_id) VALUES ('ADJUSTMENT', 'USD', 1, 10, 'x', 1, 1)",
        "INSERT INTO ledger_posting (entry_id, account_id, currency, amount_micros, posted_millis)"
            + " SELECT (SELECT max(id) FROM ledger_entry), id, currency,"
            + " CASE kind WHEN 'MARGIN' THEN -7 ELSE 7 END, 1 FROM ledger_account"
            + " WHERE kind = 'MARGIN' OR kind = 'RECEIVABLE' AND owner_id = "
            + other);
    books.asService(range, entry, postings.formatted(ADVERTISER, PARTNER));
    assertEquals(17, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
  }

  @Test
  void shouldRefuseRangesThatOverlapThoughNeitherTransactionSeesTheOther() throws Exception {
    try (Connection first = connect();
        Connection second = connect()) {
      begin(first);
      begin(second);
      execute(first, RANGE + "(0, 1, 0, 10)");
      CompletableFuture<Void> waiting =
          CompletableFuture.runAsync(
              () -> {
                try {
                  execute(second, RANGE + "(0, 1, 5, 15)");
                  second.commit();
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThrows(Exception.class, () -> waiting.get(300, TimeUnit.MILLISECONDS));
      first.commit();
      ExecutionException refused =
          assertThrows(ExecutionException.class, () -> waiting.get(60, TimeUnit.SECONDS));
      assertTrue(reason(refused).contains("were posted before"), reason(refused));
      second.rollback();
    }
    assertEquals(1, books.budgets.number("SELECT count(*) FROM ledger_range WHERE partition = 1"));
  }

  @Test
  void shouldRefuseToWriteFromAViewThatDoesNotMoveOn() throws SQLException {
    for (int isolation :
        new int[] {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE}) {
      try (Connection connection = connect()) {
        connection.setTransactionIsolation(isolation);
        begin(connection);
        SQLException refused =
            assertThrows(SQLException.class, () -> execute(connection, RANGE + "(0, 1, 0, 10)"));
        assertTrue(refused.getMessage().contains("READ COMMITTED"), refused.getMessage());
      }
    }
  }

  @Test
  void shouldShowATenantNothingButItsOwnWhateverTheCodeAsks() throws SQLException {
    books.asOwner(
        "INSERT INTO node (id) VALUES (1)",
        "INSERT INTO lease (id, node_id, boot, line_item_id, campaign_id, advertiser_id,"
            + " account_id, day, amount_micros, currency, partition, granted_millis,"
            + " day_end_millis, bid_until_millis, last_expiry_millis, revision)"
            + " SELECT id, 1, 1, id, campaign_id, advertiser_id, account_id, now(), 5, 'USD', 0,"
            + " 1, 9, 2, 3, 1 FROM line_item",
        "INSERT INTO lease_charge VALUES (1000, 0, 1, 1, 1, 5, 1)",
        "INSERT INTO spend_total (scope, id) SELECT 'L', id FROM line_item"
            + " UNION ALL SELECT 'C', id FROM campaign",
        "INSERT INTO spend_day (scope, id, day) SELECT 'L', id, now() FROM line_item");
    assertSeen("service", 0, 2, 2, 2, 2, 4, 2, 2, 1);
    assertSeen("operator", 99, 2, 2, 2, 2, 4, 2, 2, 1);
    assertSeen("advertiser", ACCOUNT, 1, 1, 1, 1, 2, 1, 1, 0);
    assertSeen("partner", 3, 0, 0, 0, 0, 0, 0, 1, 0);
    assertSeen("publisher", ACCOUNT + 100, 0, 0, 0, 0, 0, 0, 0, 0);
    assertSeen("", 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  private void assertSeen(String role, long account, long... rows) throws SQLException {
    String[] tables = {
      "advertiser",
      "campaign",
      "line_item",
      "lease",
      "spend_total",
      "spend_day",
      "ledger_range",
      "lease_charge"
    };
    try (Connection connection = connect()) {
      begin(connection, role, account);
      for (int i = 0; i < tables.length; i++) {
        try (Statement statement = connection.createStatement();
            var row = statement.executeQuery("SELECT count(*) FROM " + tables[i])) {
          row.next();
          assertEquals(rows[i], row.getLong(1), tables[i] + " as " + role);
        }
      }
      if (!role.equals("service") && !role.equals("operator")) {
        SQLException refused =
            assertThrows(
                SQLException.class,
                () -> execute(connection, "INSERT INTO spend_total (scope, id) VALUES ('L', 999)"));
        assertTrue(refused.getMessage().contains("row-level security"), refused.getMessage());
      }
    }
  }

  private static void begin(Connection connection) throws SQLException {
    begin(connection, "service", 0);
  }

  private static void begin(Connection connection, String role, long account) throws SQLException {
    connection.setAutoCommit(false);
    execute(
        connection,
        "SELECT set_config('adplatform.role', '%s', true), set_config('adplatform.account', '%d', true)"
            .formatted(role, account));
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
