package io.adplatform.billing.budget;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.memory.MemoryBilling;
import io.adplatform.billing.settlement.SettledBatch;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.CatalogueEntity;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Set;
import java.util.TreeSet;

/** What grants leases and counts what is settled, in whichever way: both must do the same. */
interface LeaseDesk {
  /** Partitions of the topics. */
  int PARTITIONS = 2;

  void publish(CatalogueEntity... entities) throws SQLException;

  LeaseAnswer handle(LeaseRequest request) throws SQLException;

  /** Counts one message of {@code settled}. */
  void count(int partition, byte[] message) throws SQLException;

  /** All leases that are being closed, after those are added that can be. */
  Set<Long> beginClosing() throws SQLException;

  void writeOff(int nodeId) throws SQLException;

  /** Rows in PostgreSQL, emptied. */
  static LeaseDesk postgres(TestBudgets budgets, InstantSource clock) throws SQLException {
    budgets.clear();
    try (Connection connection = budgets.server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SEQUENCE billing.lease_id RESTART WITH 1");
    }
    LeaseGrants grants =
        new LeaseGrants(budgets.database.transactions(), LeaseConfig.of(PARTITIONS), clock);
    TestSettlement settlement =
        new TestSettlement(budgets.database.transactions(), PARTITIONS, clock);
    return new LeaseDesk() {
      @Override
      public void publish(CatalogueEntity... entities) throws SQLException {
        budgets.publish(entities);
      }

      @Override
      public LeaseAnswer handle(LeaseRequest request) throws SQLException {
        return grants.handle(request);
      }

      @Override
      public void count(int partition, byte[] message) throws SQLException {
        settlement.count(partition, message);
      }

      @Override
      public Set<Long> beginClosing() throws SQLException {
        settlement.beginClosing();
        Set<Long> closing = new TreeSet<>();
        try (Connection connection = budgets.server.connect();
            Statement statement = connection.createStatement();
            ResultSet rows =
                statement.executeQuery("SELECT id FROM billing.lease WHERE state = 'CLOSING'")) {
          while (rows.next()) {
            closing.add(rows.getLong(1));
          }
        }
        return closing;
      }

      @Override
      public void writeOff(int nodeId) throws SQLException {
        budgets
            .database
            .transactions()
            .forService(
                handle -> NodeStore.writeOff(handle.getConnection(), nodeId, clock.millis()));
      }
    };
  }

  /** The twin in memory. */
  static LeaseDesk memory(InstantSource clock) {
    MemoryBilling billing = new MemoryBilling(LeaseConfig.of(PARTITIONS), clock);
    long[] offsets = new long[PARTITIONS];
    return new LeaseDesk() {
      @Override
      public void publish(CatalogueEntity... entities) {
        for (CatalogueEntity entity : entities) {
          billing.put(entity);
        }
      }

      @Override
      public LeaseAnswer handle(LeaseRequest request) {
        return billing.handle(request);
      }

      @Override
      public void count(int partition, byte[] message) {
        SettledBatch batch = new SettledBatch();
        batch.add(partition, offsets[partition]++, message);
        billing.count(batch);
      }

      @Override
      public Set<Long> beginClosing() {
        billing.leasesToClose();
        return new TreeSet<>(billing.leasesBeingClosed());
      }

      @Override
      public void writeOff(int nodeId) {
        billing.writeOff(nodeId);
      }
    };
  }
}
