package io.adplatform.storage.postgres;

import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Problem;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work in transactions (READ COMMITTED): committed when the work returns, rolled back when it
 * throws. Row-level security sees on whose behalf through two settings that end with the
 * transaction: {@code adplatform.account} and {@code adplatform.role}. Thread-safe.
 */
public final class Transactions {
  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

  private final Jdbi jdbi;

  Transactions(DataSource pool) {
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * For a caller: sees the rows of its account, or all of them for an operator.
   *
   * @throws Problem 503 where PostgreSQL is away
   * @throws X whatever the work throws
   */
  public <T, X extends Exception> T forCaller(Caller caller, HandleCallback<T, X> work) throws X {
    return run(caller.accountId(), caller.role().text(), work);
  }

  /**
   * For the service itself: sees all rows.
   *
   * @throws Problem 503 where PostgreSQL is away
   * @throws X whatever the work throws
   */
  public <T, X extends Exception> T forService(HandleCallback<T, X> work) throws X {
    return run(0, "service", work);
  }

  private <T, X extends Exception> T run(long account, String role, HandleCallback<T, X> work)
      throws X {
    try {
      return jdbi.inTransaction(
          handle -> {
            enter(handle, account, role);
            return work.withHandle(handle);
          });
    } catch (RuntimeException e) {
      throw refusal(e);
    }
  }

  private static RuntimeException refusal(RuntimeException e) {
    if (e instanceof Problem) {
      return e;
    }
    return switch (trouble(e)) {
      case AWAY -> {
        LOG.warn("PostgreSQL is away: {}", e.getMessage());
        yield Problem.unavailable("The database is away; nothing was changed.");
      }
      case BUSY -> Problem.unavailable("Others are changing the same; nothing was changed.");
      case TEXT -> Problem.badRequest("A text holds a character that cannot be stored.");
      case NONE -> e;
    };
  }

  private static void enter(Handle handle, long account, String role) {
    handle
        .createQuery(
            "SELECT set_config('adplatform.account', :account, true) AS account,"
                + " set_config('adplatform.role', :role, true) AS role")
        .bind("account", Long.toString(account))
        .bind("role", role)
        .mapToMap()
        .one();
  }

  private enum Trouble {
    AWAY,
    BUSY,
    TEXT,
    NONE
  }

  /** Sorts by SQLSTATE (PostgreSQL, appendix A). */
  private static Trouble trouble(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientConnectionException) {
        return Trouble.AWAY;
      }
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        String state = sql.getSQLState();
        return switch (state) {
          case "55P03", "57014", "40P01", "40001" -> Trouble.BUSY;
          case "22021", "22P05" -> Trouble.TEXT;
          // 3F000, 42883: another service has not migrated yet what this one reads.
          case "3F000", "42883" -> Trouble.AWAY;
          default ->
              state.startsWith("08") || state.startsWith("57P") || state.startsWith("53")
                  ? Trouble.AWAY
                  : Trouble.NONE;
        };
      }
    }
    return Trouble.NONE;
  }

  /**
   * The constraint that a statement broke.
   *
   * @return its name, or null where that was not why it failed
   */
  public static String violatedConstraint(UnableToExecuteStatementException e) {
    return e.getCause() instanceof org.postgresql.util.PSQLException sql
            && sql.getServerErrorMessage() != null
        ? sql.getServerErrorMessage().getConstraint()
        : null;
  }
}
