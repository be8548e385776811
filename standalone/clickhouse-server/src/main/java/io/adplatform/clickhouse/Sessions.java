package io.adplatform.clickhouse;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Connections by {@code session_id}: what a statement of a session sets or makes temporarily is
 * seen by its later ones. A session runs one statement at a time and ends when it was idle for its
 * time-out. Thread-safe.
 */
final class Sessions implements AutoCloseable {
  /** Idle connections cost memory: a client that makes up session ids must not take all of it. */
  static final int LIMIT = 256;

  private static final class Session {
    final EngineConnection connection;
    boolean busy;
    long idleSinceNanos;
    long timeoutNanos;

    Session(EngineConnection connection) {
      this.connection = connection;
    }
  }

  private final Engine engine;
  private final Map<String, Session> byId = new HashMap<>();

  Sessions(Engine engine) {
    this.engine = engine;
  }

  /**
   * Takes a session for one statement; {@link #release} gives it back.
   *
   * @param mustExist whether an unknown id is refused instead of starting a session
   */
  synchronized EngineConnection take(String id, boolean mustExist) throws EngineException {
    dropIdle();
    Session session = byId.get(id);
    if (session == null) {
      if (mustExist) {
        throw new EngineException(
            EngineException.SESSION_NOT_FOUND, "SESSION_NOT_FOUND", "Session not found");
      }
      if (byId.size() == LIMIT) {
        throw new EngineException(
            EngineException.TOO_MANY_SIMULTANEOUS_QUERIES,
            "TOO_MANY_SIMULTANEOUS_QUERIES",
            "Too many sessions. Maximum: " + LIMIT);
      }
      session = new Session(engine.connect());
      byId.put(id, session);
    }
    if (session.busy) {
      throw new EngineException(
          EngineException.SESSION_IS_LOCKED,
          "SESSION_IS_LOCKED",
          "Session " + id + " is locked by a concurrent client");
    }
    session.busy = true;
    return session.connection;
  }

  /** Gives a session back; it lives for so long without a statement. */
  synchronized void release(String id, long timeoutSeconds) {
    Session session = byId.get(id);
    session.busy = false;
    session.idleSinceNanos = System.nanoTime();
    session.timeoutNanos = timeoutSeconds * 1_000_000_000L;
  }

  private void dropIdle() {
    long now = System.nanoTime();
    Iterator<Session> each = byId.values().iterator();
    while (each.hasNext()) {
      Session session = each.next();
      if (!session.busy && now - session.idleSinceNanos > session.timeoutNanos) {
        each.remove();
        session.connection.close();
      }
    }
  }

  @Override
  public synchronized void close() {
    for (Session session : byId.values()) {
      session.connection.close();
    }
    byId.clear();
  }
}
