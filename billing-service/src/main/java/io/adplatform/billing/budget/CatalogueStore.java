package io.adplatform.billing.budget;

import io.adplatform.billing.budget.CatalogueBudgets.Pending;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Writes budgets, in the order of their ids, so that locks are taken as {@link RowLocks} says. A
 * document older than what is there is passed over. Of one transaction.
 */
final class CatalogueStore {
  private static final long MILLIS_PER_SECOND = 1_000;

  private static final String ADVERTISER =
      """
      INSERT INTO advertiser AS e (id, version, account_id, currency, time_zone, deleted)
      VALUES (?, ?, ?, ?, ?, false)
          ON CONFLICT (id) DO UPDATE SET version = excluded.version,
             account_id = excluded.account_id, currency = excluded.currency,
             time_zone = excluded.time_zone, deleted = false
       WHERE e.version <= excluded.version\
      """;

  /** Takes the name of the table: {@code supply_partner} or {@code demand_partner}. */
  private static final String PARTNER =
      """
      INSERT INTO %s AS e (id, version, account_id)
      VALUES (?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET version = excluded.version,
             account_id = excluded.account_id, deleted = false
       WHERE e.version <= excluded.version\
      """;

  private static final String FLIGHT_UPDATE =
      """
            version = excluded.version,
            account_id = excluded.account_id, advertiser_id = excluded.advertiser_id,
            active = excluded.active, start_millis = excluded.start_millis,
            end_millis = excluded.end_millis, total_micros = excluded.total_micros,
            daily_micros = excluded.daily_micros, deleted = false
      WHERE e.version <= excluded.version\
      """;

  private static final String CAMPAIGN =
      """
      INSERT INTO campaign AS e (id, version, account_id, advertiser_id, active, start_millis,
             end_millis, total_micros, daily_micros)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET
      """
          + FLIGHT_UPDATE;

  private static final String LINE_ITEM =
      """
      INSERT INTO line_item AS e (id, version, account_id, advertiser_id, active, start_millis,
             end_millis, total_micros, daily_micros, campaign_id, pacing, charge_micros, model,
             charge_after_millis)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET pacing = excluded.pacing,
            charge_micros = excluded.charge_micros, model = excluded.model,
            charge_after_millis = excluded.charge_after_millis,
      """
          + FLIGHT_UPDATE;

  private final Connection connection;

  CatalogueStore(Connection connection) {
    this.connection = connection;
  }

  void writeAdvertisers(Map<Long, Pending<Advertiser>> documents) throws SQLException {
    try (PreparedStatement write = connection.prepareStatement(ADVERTISER);
        PreparedStatement delete = prepareDelete("advertiser")) {
      for (Map.Entry<Long, Pending<Advertiser>> document : documents.entrySet()) {
        Advertiser advertiser = document.getValue().entity();
        long version = document.getValue().version();
        if (advertiser == null) {
          addDelete(delete, document.getKey(), version);
          continue;
        }
        write.setLong(1, document.getKey());
        write.setLong(2, version);
        write.setLong(3, advertiser.accountId());
        write.setString(4, advertiser.currency());
        write.setString(5, advertiser.timeZone());
        write.addBatch();
      }
      write.executeBatch();
      delete.executeBatch();
    }
  }

  /**
   * Writes whose partners are whose.
   *
   * @param table a name written in this module
   */
  <T extends CatalogueEntity> void writePartners(
      String table, Map<Long, Pending<T>> documents, ToLongFunction<T> accountId)
      throws SQLException {
    try (PreparedStatement write = connection.prepareStatement(PARTNER.formatted(table));
        PreparedStatement delete = prepareDelete(table)) {
      for (Map.Entry<Long, Pending<T>> document : documents.entrySet()) {
        T partner = document.getValue().entity();
        long version = document.getValue().version();
        if (partner == null) {
          addDelete(delete, document.getKey(), version);
          continue;
        }
        write.setLong(1, document.getKey());
        write.setLong(2, version);
        write.setLong(3, accountId.applyAsLong(partner));
        write.addBatch();
      }
      write.executeBatch();
      delete.executeBatch();
    }
  }

  void writeCampaigns(Map<Long, Pending<Campaign>> documents) throws SQLException {
    try (PreparedStatement write = connection.prepareStatement(CAMPAIGN);
        PreparedStatement delete = prepareDelete("campaign")) {
      for (Map.Entry<Long, Pending<Campaign>> document : documents.entrySet()) {
        Campaign campaign = document.getValue().entity();
        long version = document.getValue().version();
        if (campaign == null) {
          addDelete(delete, document.getKey(), version);
          continue;
        }
        write.setLong(1, document.getKey());
        write.setLong(2, version);
        write.setLong(3, campaign.accountId());
        write.setLong(4, campaign.advertiserId());
        bindFlight(
            write, campaign.status(), campaign.startAt(), campaign.endAt(), campaign.budget());
        write.addBatch();
      }
      write.executeBatch();
      delete.executeBatch();
    }
  }

  void writeLineItems(Map<Long, Pending<LineItem>> documents) throws SQLException {
    try (PreparedStatement write = connection.prepareStatement(LINE_ITEM);
        PreparedStatement delete = prepareDelete("line_item")) {
      for (Map.Entry<Long, Pending<LineItem>> document : documents.entrySet()) {
        LineItem lineItem = document.getValue().entity();
        long version = document.getValue().version();
        if (lineItem == null) {
          addDelete(delete, document.getKey(), version);
          continue;
        }
        write.setLong(1, document.getKey());
        write.setLong(2, version);
        write.setLong(3, lineItem.accountId());
        write.setLong(4, lineItem.advertiserId());
        bindFlight(
            write, lineItem.status(), lineItem.startAt(), lineItem.endAt(), lineItem.budget());
        write.setLong(10, lineItem.campaignId());
        write.setString(11, lineItem.pacing().name());
        write.setLong(12, Math.max(1, lineItem.chargeMicros()));
        write.setString(13, lineItem.model().name());
        write.setLong(14, lineItem.model().chargeSeconds() * MILLIS_PER_SECOND);
        write.addBatch();
      }
      write.executeBatch();
      delete.executeBatch();
    }
  }

  private static void bindFlight(
      PreparedStatement write, Status status, Instant startAt, Instant endAt, Budget budget)
      throws SQLException {
    write.setBoolean(5, status == Status.ACTIVE);
    bindNullable(write, 6, startAt == null ? null : startAt.toEpochMilli());
    bindNullable(write, 7, endAt == null ? null : endAt.toEpochMilli());
    Budget bounds = budget == null ? Budget.UNBOUNDED : budget;
    bindNullable(write, 8, bounds.totalMicros());
    bindNullable(write, 9, bounds.dailyMicros());
  }

  private static void bindNullable(PreparedStatement write, int index, Long value)
      throws SQLException {
    if (value == null) {
      write.setNull(index, Types.BIGINT);
    } else {
      write.setLong(index, value);
    }
  }

  /**
   * @param table a name written in this module
   */
  private PreparedStatement prepareDelete(String table) throws SQLException {
    return connection.prepareStatement(
        "UPDATE " + table + " SET deleted = true, version = ? WHERE id = ? AND version <= ?");
  }

  private static void addDelete(PreparedStatement delete, long id, long version)
      throws SQLException {
    delete.setLong(1, version);
    delete.setLong(2, id);
    delete.setLong(3, version);
    delete.addBatch();
  }

  /**
   * Marks as deleted all but the given ones.
   *
   * @param table a name written in this module
   */
  void deleteUnseen(String table, Collection<Long> seen) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE " + table + " SET deleted = true WHERE NOT deleted AND NOT id = ANY (?)")) {
      statement.setArray(1, SqlArrays.longs(connection, seen));
      statement.executeUpdate();
    }
  }
}
