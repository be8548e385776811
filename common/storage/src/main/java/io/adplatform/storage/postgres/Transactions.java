package io.adplatform.storage.postgres;

import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Problem;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work in transactions (READ COMMITTED): committed when the work returns, rolled back when it
 * throws. Row-level security sees on whose behalf through two settings that end with the
 * transaction: {@code adplatform.account} and {@code adplatform.role}. Thread-safe.
 */
public final class Transactions {
  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

  private static final String UNCHANGED = "The database is away; nothing was changed.";

  /** A connection that is lost during COMMIT does not tell whether the server got that far. */
  private static final String UNKNOWN_OUTCOME =
      "The database went away at the end: whether the change was made is unknown. Repeat the"
          + " request under the same Idempotency-Key; it is then done once.";

  private static final String CHECK_VIOLATION = "23514";

  private final Jdbi jdbi;
  private final AtomicBoolean away = new AtomicBoolean();

  Transactions(DataSource pool) {
    this.jdbi = Jdbi.create(pool);
    // What is bound to a statement is a tenant's, and has no place in a log.
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
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
    AtomicBoolean committing = new AtomicBoolean();
    try {
      T result =
          jdbi.inTransaction(
              handle -> {
                enter(handle, account, role);
                T done = work.withHandle(handle);
                committing.set(true);
                return done;
              });
      if (away.get() && away.compareAndSet(true, false)) {
        LOG.info("PostgreSQL is back");
      }
      return result;
    } catch (RuntimeException e) {
      throw refusal(e, committing.get());
    }
  }

  private RuntimeException refusal(RuntimeException e, boolean committing) {
    if (e instanceof Problem) {
      return e;
    }
    return switch (trouble(e)) {
      case AWAY -> {
        if (away.compareAndSet(false, true)) {
          LOG.warn("PostgreSQL is away: {}", e.getMessage());
        }
        yield Problem.unavailable(committing ? UNKNOWN_OUTCOME : UNCHANGED);
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
   * A constraint that a statement broke.
   *
   * @param name its name
   * @param table the table it is of; null for one of a domain
   * @param check whether it is a CHECK: a value that may not be
   */
  public record Violation(String name, String table, boolean check) {}

  /**
   * The constraint that a statement broke.
   *
   * @return null where that was not why it failed
   */
  public static Violation violation(UnableToExecuteStatementException e) {
    if (!(e.getCause() instanceof PSQLException sql)
        || sql.getServerErrorMessage() == null
        || sql.getServerErrorMessage().getConstraint() == null) {
      return null;
    }
    return new Violation(
        sql.getServerErrorMessage().getConstraint(),
        sql.getServerErrorMessage().getTable(),
        CHECK_VIOLATION.equals(sql.getSQLState()));
  }
}
