package io.adplatform.billing.ledger;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.HOUR;
import static io.adplatform.billing.ledger.TestBooks.PARTNER;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.billing.settlement.SettledMessages.Impression;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LedgerGaugesTest {
  private final TestBooks books = new TestBooks();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicLong nanos = new AtomicLong(-Duration.ofHours(5).toNanos());
  private final LedgerGauges gauges =
      new LedgerGauges(books.budgets.database.transactions(), nanos::get, meters);

  @AfterEach
  void close() {
    gauges.close();
    books.close();
  }

  private double trialBalance() {
    return meters
        .get("adplatform.billing.trial.balance.micros")
        .tag("currency", "USD")
        .gauge()
        .value();
  }

  private double discrepancies() {
    return meters.get("adplatform.billing.ledger.discrepancies").gauge().value();
  }

  @Test
  void shouldShowBooksThatHold() throws Exception {
    assertEquals(Double.NaN, discrepancies(), "not computed yet");
    books.post(Impression.of(HOUR, LINE_ITEM, PARTNER, 2_500, 2_000));
    gauges.refresh();
    assertEquals(0, trialBalance());
    assertEquals(0, discrepancies());
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertEquals(60, meters.get("adplatform.billing.ledger.check.age.seconds").gauge().value());
  }

  @Test
  void shouldShowBooksThatDoNot() throws Exception {
    books.post(Impression.of(HOUR, LINE_ITEM, PARTNER, 2_500, 2_000));
    gauges.refresh();
    books.asOwner(
        "SET session_replication_role = replica",
        "UPDATE ledger_balance SET debit_micros = debit_micros + 7 WHERE account_id ="
            + " (SELECT min(id) FROM ledger_account WHERE kind = 'RECEIVABLE')",
        "DELETE FROM ledger_posting WHERE amount_micros = -500");
    gauges.refresh();
    assertEquals(7, trialBalance(), "read every minute");
    assertEquals(0, discrepancies(), "computed once a day");
    books.clock.set("2027-04-02T12:34:56Z");
    gauges.refresh();
    assertEquals(0, discrepancies(), "a clock that is set is no day that passes");
    nanos.addAndGet(Duration.ofDays(1).toNanos());
    gauges.refresh();
    assertEquals(3, discrepancies(), "two balances and an entry");
  }

  @Test
  void shouldCountThatBooksCannotBeReadAndTellTheirAge() throws Exception {
    gauges.refresh();
    assertEquals(0, meters.get("adplatform.billing.ledger.check.failures").counter().count());
    books.asOwner("REVOKE SELECT ON ledger_balance FROM billing_app");
    nanos.addAndGet(Duration.ofSeconds(90).toNanos());
    gauges.refresh();
    assertEquals(1, meters.get("adplatform.billing.ledger.check.failures").counter().count());
    assertEquals(90, meters.get("adplatform.billing.trial.balance.age.seconds").gauge().value());
  }
}
