package io.adplatform.billing.ledger;

import static io.adplatform.billing.TestBudgets.ADVERTISER;
import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.ledger.TestBooks.OTHER_ADVERTISER;
import static io.adplatform.billing.ledger.TestBooks.OTHER_LINE_ITEM;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.billing.TestClock;
import io.adplatform.billing.memory.MemoryLedger;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

class MemoryLedgerTest extends LedgerStoreContractTest {
  private static final Map<Long, Long> ADVERTISERS =
      Map.of(LINE_ITEM, ADVERTISER, OTHER_LINE_ITEM, OTHER_ADVERTISER);

  private final MemoryLedger ledger =
      new MemoryLedger(ADVERTISERS::get, new TestClock("2027-03-01T12:00:00Z"), store -> store);

  @AfterEach
  void requireBalanced() {
    long[] sum = {0};
    ledger.forEachAccount((account, micros) -> sum[0] += micros);
    assertEquals(0, sum[0]);
  }

  @Override
  <T> T inTransaction(Work<T> work) throws SQLException {
    return work.with(ledger);
  }

  @Override
  long balance(AccountKind kind, long ownerId) {
    return ledger.balanceMicros(new BookAccount(kind, ownerId, "USD"));
  }
}
