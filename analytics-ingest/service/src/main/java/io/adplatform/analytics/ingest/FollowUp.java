package io.adplatform.analytics.ingest;

import io.adplatform.storage.clickhouse.ClickHouseDatabase;

/** What is to be done about blocks once they are inserted. Used by one thread at a time. */
interface FollowUp {
  /** Nothing. */
  FollowUp NONE =
      new FollowUp() {
        @Override
        public void afterFlush(ClickHouseDatabase database) {
          // Nothing is computed from these rows.
        }

        @Override
        public boolean isDone() {
          return true;
        }
      };

  /** Called after a flush of all partitions; what remains to be done is done when it is due. */
  void afterFlush(ClickHouseDatabase database);

  /** Whether everything that was inserted has been followed up, so that progress may be noted. */
  boolean isDone();
}
