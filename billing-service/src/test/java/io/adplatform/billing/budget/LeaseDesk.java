package io.adplatform.billing.budget;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestFunds;
import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.billing.memory.MemoryBilling;
import io.adplatform.billing.pacing.PacingStore;
import io.adplatform.billing.pacing.TestPacing;
import io.adplatform.billing.settlement.SettledBatch;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.Set;
import java.util.TreeSet;

/** What grants leases and counts what is settled, in whichever way: both must do the same. */
public interface LeaseDesk {
  /** Partitions of the topics. */
  int PARTITIONS = 2;

  void publish(CatalogueEntity... entities) throws SQLException;

  LeaseAnswer handle(LeaseRequest request) throws SQLException;

  /** Counts one message of {@code settled}. */
  void count(int partition, byte[] message) throws SQLException;

  /** All leases that are being closed, after those are added that can be. */
  Set<Long> beginClosing() throws SQLException;

  void writeOff(int nodeId) throws SQLException;

  void register(int nodeId) throws SQLException;

  /** Puts terms of payment in force for the advertiser; their version is not looked at. */
  void agree(PaymentTerms terms);

  /** Books money that came in from the advertiser; below 0 it is taken by hand. */
  void book(long micros);

  /** What the advertiser has paid ahead, less what it owes. */
  long balanceMicros();

  /** What is done with the store of pacing in one transaction. */
  @FunctionalInterface
  interface PacingWork<T> {
    T with(PacingStore store) throws SQLException;
  }

  /** Does something with what steers paced line items. */
  <T> T pacing(PacingWork<T> work) throws SQLException;

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
    TestFunds funds = new TestFunds(budgets.database.transactions(), clock);
    return new LeaseDesk() {
      @Override
      public <T> T pacing(PacingWork<T> work) throws SQLException {
        return budgets
            .database
            .transactions()
            .forService(handle -> work.with(TestPacing.store(handle.getConnection())));
      }

      @Override
      public void agree(PaymentTerms terms) {
        funds.agree(TestBudgets.ADVERTISER, terms);
      }

      @Override
      public void book(long micros) {
        if (micros > 0) {
          funds.topUp(TestBudgets.ADVERTISER, micros);
        } else {
          funds.debit(TestBudgets.ADVERTISER, -micros);
        }
      }

      @Override
      public long balanceMicros() {
        JsonObject read = funds.read(TestBudgets.ADVERTISER);
        return read.getLong("fundsMicros") - read.getLong("receivableMicros");
      }

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

      @Override
      public void register(int nodeId) throws SQLException {
        budgets
            .database
            .transactions()
            .forService(
                handle -> {
                  NodeStore.register(handle.getConnection(), nodeId, clock.millis());
                  return null;
                });
      }
    };
  }

  /** The twin in memory. */
  static LeaseDesk memory(InstantSource clock) {
    MemoryBilling billing = new MemoryBilling(LeaseConfig.of(PARTITIONS), clock);
    long[] offsets = new long[PARTITIONS];
    return new LeaseDesk() {
      @Override
      public <T> T pacing(PacingWork<T> work) throws SQLException {
        return work.with(billing.pacing());
      }

      @Override
      public void agree(PaymentTerms terms) {
        billing.agree(TestBudgets.ADVERTISER, terms);
      }

      @Override
      public void book(long micros) {
        billing.post(TestBudgets.ADVERTISER, micros);
      }

      @Override
      public long balanceMicros() {
        return billing.balanceMicros(TestBudgets.ADVERTISER);
      }

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

      @Override
      public void register(int nodeId) {
        billing.register(nodeId);
      }
    };
  }
}
