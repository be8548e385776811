package io.adplatform.billing.ledger;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class PostgresLedgerStoreTest extends LedgerStoreContractTest {
  private final TestBooks books = new TestBooks();

  @BeforeEach
  void begin() throws SQLException {
    books.settlement.begin("topic", new long[2]);
  }

  @AfterEach
  void close() throws SQLException {
    books.requireExact();
    books.close();
  }

  @Override
  <T> T inTransaction(Work<T> work) throws SQLException {
    return books
        .budgets
        .database
        .transactions()
        .forService(handle -> work.with(new PostgresLedgerStore(handle.getConnection())));
  }

  @Override
  long balance(AccountKind kind, long ownerId) throws SQLException {
    return books.balance(kind, ownerId);
  }
}
