package io.adplatform.billing.ledger;

import static io.adplatform.billing.TestBudgets.ADVERTISER;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.DEMAND;
import static io.adplatform.billing.ledger.TestBooks.HOUR;
import static io.adplatform.billing.ledger.TestBooks.OTHER_ADVERTISER;
import static io.adplatform.billing.ledger.TestBooks.OTHER_LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.OTHER_PARTNER;
import static io.adplatform.billing.ledger.TestBooks.PARTNER;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.billing.settlement.SettledMessages;
import io.adplatform.billing.settlement.SettledMessages.Impression;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.sbe.Disposition;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

class LedgerPropertyTest {
  private static final TestBooks BOOKS = new TestBooks();
  private static final Disposition[] DISPOSITIONS = {
    Disposition.COUNTED,
    Disposition.COUNTED,
    Disposition.COUNTED,
    Disposition.LATE,
    Disposition.REPEAT,
    Disposition.TEST
  };

  /** What the books should hold, over all tries: debits less credits. */
  private static final Map<BookAccount, Long> EXPECTED = new HashMap<>();

  @AfterContainer
  static void close() {
    BOOKS.close();
  }

  /** Random events, in random batches, some sent again by a process that was started anew. */
  @Property(seed = "2026", tries = 40)
  void shouldHoldTheSumsOfSettledEventsAndATrialBalanceOfZero(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int count) throws SQLException {
    Random random = new Random(seed);
    List<Impression> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(impression(random));
      if (random.nextInt(8) == 0 || i == count - 1) {
        List<byte[]> messages = batch.stream().map(LedgerPropertyTest::message).toList();
        long from = BOOKS.next;
        BOOKS.postMessages(messages);
        if (random.nextBoolean()) {
          assertEquals(false, BOOKS.settlement().count(0, from, messages));
        }
        batch.forEach(LedgerPropertyTest::expect);
        batch.clear();
      }
    }
    BOOKS.requireExact();
    for (Map.Entry<BookAccount, Long> each : EXPECTED.entrySet()) {
      BookAccount account = each.getKey();
      assertEquals(each.getValue(), balance(account), account.toString());
    }
  }

  private static long balance(BookAccount account) throws SQLException {
    return BOOKS.budgets.number(
        "SELECT coalesce(sum(balance_micros), 0) FROM ledger_balance JOIN ledger_account a ON a.id"
            + " = account_id WHERE a.currency = '"
            + account.currency()
            + "' AND a.owner_id = "
            + account.ownerId()
            + " AND a.kind = '"
            + account.kind()
            + "'");
  }

  private static Impression impression(Random random) {
    long charge = random.nextInt(10_000);
    long charged = random.nextInt(5) == 0 ? random.nextInt((int) charge + 1) : charge;
    return new Impression(
        HOUR + random.nextLong(TimeUnit.HOURS.toMillis(3)),
        random.nextBoolean() ? LINE_ITEM : OTHER_LINE_ITEM,
        random.nextBoolean() ? PARTNER : OTHER_PARTNER,
        CurrencyCode.numeric(random.nextInt(4) == 0 ? "EUR" : "USD"),
        charged,
        random.nextInt(10_000),
        charge - charged,
        DISPOSITIONS[random.nextInt(DISPOSITIONS.length)]);
  }

  /** Some are taken for bids of a demand partner. */
  private static boolean isPartners(Impression one) {
    return one.lineItemId() == LINE_ITEM && one.supplyPartnerId() == OTHER_PARTNER;
  }

  private static byte[] message(Impression one) {
    byte[] message = one.message();
    return isPartners(one) ? SettledMessages.partners(message, DEMAND) : message;
  }

  /** Nobody has paid ahead here, so every charge is owed. */
  private static void expect(Impression one) {
    boolean counted = one.disposition() == Disposition.COUNTED;
    if (!counted && one.disposition() != Disposition.LATE) {
      return;
    }
    long charged = counted ? one.chargedMicros() : 0;
    String currency = CurrencyCode.letters(one.currency());
    long advertiser = one.lineItemId() == LINE_ITEM ? ADVERTISER : OTHER_ADVERTISER;
    add(
        isPartners(one)
            ? new BookAccount(AccountKind.PARTNER_CLEARING, DEMAND, currency)
            : new BookAccount(AccountKind.RECEIVABLE, advertiser, currency),
        charged);
    add(new BookAccount(AccountKind.PAYABLE, one.supplyPartnerId(), currency), -one.costMicros());
    add(BookAccount.ofExchange(AccountKind.MARGIN, currency), one.costMicros() - charged);
  }

  private static void add(BookAccount account, long micros) {
    EXPECTED.merge(account, micros, Long::sum);
  }
}
