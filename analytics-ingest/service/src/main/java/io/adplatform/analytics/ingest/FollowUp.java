package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;

/** What is to be done about blocks once they are inserted. Thread-safe. */
interface FollowUp {
  /** Nothing. */
  FollowUp NONE =
      new FollowUp() {
        @Override
        public void afterFlush(ClickHouseDatabase database, boolean behind) {
          // Nothing is computed from these rows.
        }

        @Override
        public void finish(ClickHouseDatabase database) {
          // Nothing is computed from these rows.
        }

        @Override
        public boolean isDone() {
          return true;
        }
      };

  /**
   * Called after blocks are in; what remains to be done is done when it is due.
   *
   * @param behind whether blocks are full before their time, so that others follow at once: what
   *     can wait does, for longer
   */
  void afterFlush(ClickHouseDatabase database, boolean behind);

  /** Does all that remains to be done, due or not. */
  void finish(ClickHouseDatabase database);

  /** Whether everything that was inserted has been followed up, so that progress may be noted. */
  boolean isDone();
}
