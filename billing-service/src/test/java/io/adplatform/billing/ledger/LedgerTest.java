package io.adplatform.billing.ledger;

import static io.adplatform.billing.TestBudgets.ADVERTISER;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.DEMAND;
import static io.adplatform.billing.ledger.TestBooks.HOUR;
import static io.adplatform.billing.ledger.TestBooks.OTHER_LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.OTHER_PARTNER;
import static io.adplatform.billing.ledger.TestBooks.PARTNER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.settlement.SettledMessages;
import io.adplatform.billing.settlement.SettledMessages.Impression;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.sbe.Disposition;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private final TestBooks books = new TestBooks();

  @AfterEach
  void close() {
    books.close();
  }

  private static Impression impression(long charged, long cost) {
    return Impression.of(HOUR + 1, LINE_ITEM, PARTNER, charged, cost);
  }

  private static Impression judged(long charged, long cost, long over, Disposition disposition) {
    return new Impression(
        HOUR, LINE_ITEM, PARTNER, CurrencyCode.USD, charged, cost, over, disposition);
  }

  private long entries() throws SQLException {
    return books.budgets.number("SELECT count(*) FROM ledger_entry");
  }

  @Test
  void shouldPostChargeCostAndMarginOfABatchAsOneEntry() throws SQLException {
    books.post(impression(2_500, 2_000), impression(2_500, 1_900));
    assertEquals(1, entries());
    assertEquals(5_000, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
    assertEquals(-3_900, books.balance(AccountKind.PAYABLE, PARTNER));
    assertEquals(-1_100, books.balance(AccountKind.MARGIN, 0));
    assertEquals(
        2,
        books.budgets.number(
            "SELECT impressions FROM ledger_entry e JOIN ledger_range r ON r.id = e.range_id"
                + " WHERE r.from_offset = 0 AND r.next_offset = 2 AND hour_millis = "
                + HOUR));
    books.requireExact();
  }

  @Test
  void shouldMakeAnEntryForEachLineItemPartnerAndHour() throws SQLException {
    books.post(
        impression(10, 8),
        Impression.of(HOUR + TimeUnit.HOURS.toMillis(1), LINE_ITEM, PARTNER, 10, 8),
        Impression.of(HOUR - 1, LINE_ITEM, PARTNER, 10, 8),
        Impression.of(HOUR, LINE_ITEM, OTHER_PARTNER, 10, 8),
        Impression.of(HOUR, OTHER_LINE_ITEM, PARTNER, 10, 8));
    assertEquals(5, entries());
    assertEquals(1, books.budgets.number("SELECT count(*) FROM ledger_range"));
    assertEquals(5, books.settlement.counted("adplatform.billing.ledger.entries"));
    books.requireExact();
  }

  @Test
  void shouldShowWhatIsOwedToSupplyAndNotChargedAsNegativeMargin() throws SQLException {
    books.post(judged(0, 2_000, 2_500, Disposition.COUNTED), judged(900, 700, 0, Disposition.LATE));
    assertEquals(0, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
    assertEquals(-2_700, books.balance(AccountKind.PAYABLE, PARTNER));
    assertEquals(2_700, books.balance(AccountKind.MARGIN, 0));
    books.requireExact();
  }

  /** Supply is paid per impression, here by a line item that pays per click. */
  @Test
  void shouldPostAClickThatIsChargedAndImpressionsThatCost() throws SQLException {
    books.post(impression(0, 2_000), impression(0, 2_100));
    assertEquals(4_100, books.balance(AccountKind.MARGIN, 0), "as yet a loss");
    byte[] click = SettledMessages.click(impression(400_000, 0).message());
    byte[] beyond = SettledMessages.click(judged(0, 0, 400_000, Disposition.COUNTED).message());
    assertTrue(books.settlement.count(0, 2, List.of(click, beyond)));
    assertEquals(400_000, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
    assertEquals(-4_100, books.balance(AccountKind.PAYABLE, PARTNER));
    assertEquals(4_100 - 400_000, books.balance(AccountKind.MARGIN, 0));
    assertEquals(2, books.budgets.number("SELECT sum(impressions) FROM ledger_entry"));
    assertEquals(
        400_000, books.budgets.number("SELECT sum(over_delivery_micros) FROM ledger_entry"));
    books.requireExact();
  }

  @Test
  void shouldPostNothingForTestsRepeatsAndInvalidTraffic() throws SQLException {
    books.post(
        judged(9, 9, 9, Disposition.TEST),
        judged(9, 9, 9, Disposition.REPEAT),
        judged(9, 9, 9, Disposition.INVALID),
        judged(0, 0, 9, Disposition.COUNTED));
    assertEquals(0, entries());
  }

  @Test
  void shouldPostOnceHoweverOftenABatchComesAgain() throws SQLException {
    books.post(impression(10, 8));
    assertFalse(books.settlement.count(0, 0, List.of(impression(10, 8).message())));
    assertFalse(books.settlement().count(0, 0, List.of(impression(10, 8).message())), "a restart");
    assertEquals(1, entries());
    assertEquals(10, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
  }

  @Test
  void shouldRefuseInTheDatabaseOffsetsThatWerePostedBefore() throws SQLException {
    books.post(impression(10, 8), impression(10, 8));
    books.asOwner("UPDATE settled_offset SET next_offset = 1");
    SQLException refused =
        assertThrows(
            SQLException.class,
            () -> books.settlement.count(0, 1, List.of(impression(10, 8).message())));
    assertTrue(refused.getMessage().contains("were posted before"), refused.getMessage());
    assertEquals(1, entries());
    assertEquals(1, books.budgets.number("SELECT min(next_offset) FROM settled_offset"));
  }

  @Test
  void shouldLeaveNothingOfABatchThatWasKilledBetweenEntriesAndOffsets() throws SQLException {
    books.asOwner(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$",
        "CREATE TRIGGER die BEFORE UPDATE ON settled_offset FOR EACH ROW"
            + " WHEN (NEW.next_offset > 0) EXECUTE FUNCTION die()",
        "ALTER FUNCTION die() SECURITY DEFINER");
    assertThrows(Exception.class, () -> books.post(impression(10, 8)));
    assertEquals(0, entries());
    books.asOwner("DROP TRIGGER die ON settled_offset");
    books.post(impression(10, 8));
    assertEquals(1, entries());
    assertEquals(10, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
    books.requireExact();
  }

  @Test
  void shouldPostTheSameOffsetsOfATopicThatWasMadeAnew() throws SQLException {
    books.settlement.begin("one", new long[] {0, 0});
    books.post(impression(10, 8));
    books.settlement.begin("two", new long[] {5, 5});
    books.next = 0;
    books.post(impression(10, 8));
    assertEquals(2, entries());
    assertEquals(2, books.budgets.number("SELECT count(DISTINCT topic_id) FROM ledger_range"));
    books.settlement.begin("two", new long[] {0, 0});
    books.next = 0;
    books.post(impression(10, 8));
    assertEquals(3, books.budgets.number("SELECT count(DISTINCT generation) FROM ledger_range"));
    books.requireExact();
  }

  @Test
  void shouldRefuseAnEntryThatIsNotBalanced() throws SQLException {
    books.post(impression(10, 8));
    String entry =
        "INSERT INTO ledger_entry (kind, currency, posted_millis, reason, author_key_id,"
            + " author_account_id) VALUES ('ADJUSTMENT', 'USD', 1, 'planted', 1, 1)";
    String postings =
        "INSERT INTO ledger_posting (entry_id, account_id, currency, amount_micros, posted_millis)"
            + " SELECT (SELECT max(id) FROM ledger_entry), id, currency,"
            + " CASE kind WHEN 'MARGIN' THEN 5 ELSE -4 END, 1 FROM ledger_account"
            + " WHERE kind IN ('MARGIN', 'PAYABLE')";
    assertRefused("not to 0", entry, postings);
    assertRefused("has 0 postings", entry);
    assertEquals(1, entries());
    books.requireExact();
  }

  @Test
  void shouldRefuseToAddToAnEntryThatWasCommitted() throws SQLException {
    books.post(impression(10, 10));
    books.post(Impression.of(HOUR, LINE_ITEM, OTHER_PARTNER, 10, 8));
    assertRefused(
        "is complete",
        "INSERT INTO ledger_posting (entry_id, account_id, currency, amount_micros, posted_millis)"
            + " SELECT (SELECT min(id) FROM ledger_entry), id, currency,"
            + " CASE kind WHEN 'MARGIN' THEN 5 ELSE -5 END, 1 FROM ledger_account"
            + " WHERE kind = 'MARGIN' OR owner_id = "
            + OTHER_PARTNER);
  }

  @Test
  void shouldRefuseAnEntryThatSaysOtherThanItsPostings() throws SQLException {
    books.post(impression(10, 8));
    assertRefused(
        "its postings",
        "INSERT INTO ledger_range (generation, partition, from_offset, next_offset)"
            + " VALUES (0, 1, 0, 1)",
        "INSERT INTO ledger_entry (kind, currency, posted_millis, advertiser_id, line_item_id,"
            + " supply_partner_id, hour_millis, range_id, impressions, charged_micros, cost_micros,"
            + " over_delivery_micros) VALUES ('SETTLED', 'USD', 1, 10, 1000, 50, 0,"
            + " (SELECT max(id) FROM ledger_range), 1, 7, 5, 0)",
        "INSERT INTO ledger_posting (entry_id, account_id, currency, amount_micros, posted_millis)"
            + " SELECT (SELECT max(id) FROM ledger_entry), id, currency,"
            + " CASE kind WHEN 'MARGIN' THEN -1 ELSE 1 END, 1 FROM ledger_account"
            + " WHERE kind IN ('MARGIN', 'RECEIVABLE')");
  }

  @Test
  void shouldOweADemandPartnersChargeByThePartnerAlone() throws SQLException {
    books.postMessages(
        List.of(
            SettledMessages.partners(impression(2_500, 2_000).message(), DEMAND),
            SettledMessages.partners(judged(0, 700, 900, Disposition.LATE).message(), DEMAND),
            impression(10, 8).message()));
    assertEquals(2, entries());
    assertEquals(2_500, books.balance(AccountKind.PARTNER_CLEARING, DEMAND));
    assertEquals(10, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
    assertEquals(-2_708, books.balance(AccountKind.PAYABLE, PARTNER));
    assertEquals(
        0,
        books.budgets.number(
            "SELECT count(*) FROM ledger_account WHERE owner_id = 0"
                + " AND kind IN ('FUNDS', 'RECEIVABLE', 'PARTNER_CLEARING')"));
    assertEquals(0, books.settlement.counted("adplatform.billing.ledger.unknown.line.items"));
    books.requireExact();
  }

  @Test
  void shouldRefuseInTheDatabaseToChargeAnAdvertiserForAPartnersBid() throws SQLException {
    books.postMessages(
        List.of(
            SettledMessages.partners(impression(7, 5).message(), DEMAND),
            impression(10, 8).message()));
    String entry =
        "INSERT INTO ledger_entry (kind, currency, posted_millis, advertiser_id, line_item_id,"
            + " demand_partner_id, supply_partner_id, hour_millis, range_id, impressions,"
            + " charged_micros, cost_micros, over_delivery_micros) VALUES ('SETTLED', 'USD', 1,"
            + " %s, 60, 50, 0, (SELECT max(id) FROM ledger_range), 1, 7, 5, 0)";
    String postings =
        "INSERT INTO ledger_posting (entry_id, account_id, currency, amount_micros, posted_millis)"
            + " SELECT (SELECT max(id) FROM ledger_entry), id, currency,"
            + " CASE kind WHEN 'MARGIN' THEN -2 WHEN 'PAYABLE' THEN -5 ELSE 7 END, 1"
            + " FROM ledger_account WHERE kind IN ('MARGIN', 'PAYABLE', '%s')";
    assertRefused(
        "another than its advertiser", entry.formatted("0, 0"), postings.formatted("RECEIVABLE"));
    assertRefused("ledger_entry_demand", entry.formatted("10, 1000"));
    assertRefused(
        "another than its advertiser",
        entry.formatted("10, 1000").replace(", 60, 50, 0,", ", 0, 50, 0,"),
        postings.formatted("PARTNER_CLEARING"));
    books.asService(entry.formatted("0, 0"), postings.formatted("PARTNER_CLEARING"));
    books.requireExact();
  }

  private void assertRefused(String because, String... statements) {
    Exception refused = assertThrows(Exception.class, () -> books.asService(statements));
    StringBuilder said = new StringBuilder();
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      said.append(cause.getMessage()).append('\n');
    }
    assertTrue(said.toString().contains(because), said.toString());
  }

  @Test
  void shouldRefuseToChangeOrTakeOutAnythingWhoeverAsks() throws SQLException {
    books.post(impression(10, 8));
    List<String> changes =
        List.of(
            "UPDATE ledger_entry SET reason = 'x'",
            "DELETE FROM ledger_entry",
            "UPDATE ledger_posting SET amount_micros = 1",
            "DELETE FROM ledger_posting",
            "UPDATE ledger_range SET next_offset = 9",
            "UPDATE ledger_account SET owner_id = 1",
            "UPDATE ledger_balance SET debit_micros = 1",
            "DELETE FROM ledger_balance",
            "TRUNCATE ledger_posting",
            "TRUNCATE ledger_balance");
    for (String change : changes) {
      assertRefused("permission denied", change);
      SQLException refused = assertThrows(SQLException.class, () -> books.asOwner(change));
      assertTrue(refused.getMessage().contains(" is refused"), refused.getMessage());
    }
    books.requireExact();
  }

  @Test
  void shouldOweItToNobodyWhereTheLineItemIsNotKnown() throws SQLException {
    books.post(Impression.of(HOUR, 4_711, PARTNER, 10, 8));
    assertEquals(10, books.balance(AccountKind.RECEIVABLE, 0));
    assertEquals(1, books.settlement.counted("adplatform.billing.ledger.unknown.line.items"));
    books.requireExact();
  }

  @Test
  void shouldRefuseAmountsAndCurrenciesThatCannotBeAndGoOn() throws SQLException {
    books.post(
        impression(10, -1),
        impression(SettledSums.MAX_EVENT_MICROS + 1, 8),
        new Impression(HOUR, LINE_ITEM, PARTNER, 0, 10, 8, 0, Disposition.COUNTED),
        impression(10, 8));
    assertEquals(3, books.settlement.counted("adplatform.billing.ledger.refused"));
    assertEquals(10, books.balance(AccountKind.RECEIVABLE, ADVERTISER));
    books.requireExact();
  }
}
