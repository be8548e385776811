package io.adplatform.billing;

import io.adplatform.billing.budget.CatalogueBudgets;
import io.adplatform.billing.launch.BillingConfig;
import io.adplatform.storage.postgres.PostgresConfig;
import io.adplatform.storage.postgres.PostgresDatabase;
import io.adplatform.testkit.server.TestPostgres;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.targeting.Targeting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A migrated database of its own, and budgets in it. */
public final class TestBudgets implements AutoCloseable {
  public static final long ACCOUNT = 1;
  public static final long ADVERTISER = 10;
  public static final long CAMPAIGN = 100;
  public static final long LINE_ITEM = 1000;

  /** A busy machine may let many wait for connections at once. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  public final TestPostgres.Database server = TestPostgres.freshDatabase();
  public final PostgresDatabase database = PostgresDatabase.open(config());
  private final CatalogueBudgets catalogue = new CatalogueBudgets(database.transactions());
  private long version;

  public PostgresConfig config() {
    PostgresConfig usual =
        PostgresConfig.of(
            server.jdbcUrl(),
            BillingConfig.SCHEMA,
            new PostgresConfig.Login(server.user(), server.password()),
            "app");
    return new PostgresConfig(
        usual.url(), usual.schema(), usual.owner(), usual.app(), usual.poolSize(), PATIENCE);
  }

  /** Empties all tables, for the next test: the ledger too, whose triggers are put aside for it. */
  public void clear() throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      statement.execute("SET session_replication_role = replica");
      statement.execute(
          "TRUNCATE advertiser, campaign, line_item, node, lease, lease_charge, spend_total,"
              + " spend_day, settled_mark, settled_offset, ledger_account, ledger_balance,"
              + " ledger_range, ledger_entry, ledger_posting, payment_terms, advertiser_funds,"
              + " pacing, pacing_hour, charge_rate");
    }
  }

  /** Takes one transaction of the catalogue. */
  public void publish(CatalogueEntity... entities) throws SQLException {
    version++;
    for (CatalogueEntity entity : entities) {
      catalogue.onDocument(CatalogueKey.of(entity), entity, version);
    }
    catalogue.onConsistent(version);
  }

  /** Takes a deletion. */
  public void delete(CatalogueKey key) throws SQLException {
    version++;
    catalogue.onDocument(key, null, version);
    catalogue.onConsistent(version);
  }

  public static Advertiser advertiser(String timeZone) {
    return new Advertiser(ADVERTISER, ACCOUNT, "Acme", "USD", timeZone);
  }

  public static Campaign campaign(Budget budget) {
    return campaign(CAMPAIGN, Status.ACTIVE, budget);
  }

  public static Campaign campaign(long id, Status status, Budget budget) {
    return new Campaign(id, ACCOUNT, ADVERTISER, "Campaign", status, null, null, budget);
  }

  public static LineItem lineItem(long id, Budget budget) {
    return lineItem(id, CAMPAIGN, Status.ACTIVE, budget);
  }

  public static LineItem lineItem(long id, long campaignId, Status status, Budget budget) {
    return lineItem(id, campaignId, status, budget, null, null);
  }

  public static LineItem lineItem(
      long id, long campaignId, Status status, Budget budget, Instant startAt, Instant endAt) {
    return new LineItem(
        id,
        ACCOUNT,
        ADVERTISER,
        campaignId,
        "Line item",
        status,
        2_500_000,
        List.of(7L),
        budget,
        startAt,
        endAt,
        Targeting.ANY);
  }

  /** One number, read as the superuser. */
  public long number(String sql) throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = billing");
      try (ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Sums that do not equal what the leases say; 0 where all is well. */
  public long inconsistencies() throws SQLException {
    return number(
        """
        WITH leases AS (
          SELECT line_item_id, campaign_id, advertiser_id, day, charged_micros AS charged,
                 CASE state WHEN 'CLOSED' THEN 0
                             ELSE greatest(0, amount_micros - given_back_micros - charged_micros)
                             END AS leased,
                 CASE state WHEN 'CLOSED' THEN charged_micros
                             ELSE amount_micros - given_back_micros END AS committed
            FROM lease),
        by_day AS (
          SELECT 'L' AS scope, line_item_id AS id, day, sum(committed) AS committed,
                 sum(charged) AS charged FROM leases GROUP BY 2, 3
          UNION ALL
          SELECT 'C', campaign_id, day, sum(committed), sum(charged) FROM leases GROUP BY 2, 3
          UNION ALL
          SELECT 'A', advertiser_id, day, sum(committed), sum(charged) FROM leases GROUP BY 2, 3),
        totals AS (
          SELECT scope, id, sum(committed) AS committed, sum(charged) AS charged
            FROM by_day GROUP BY 1, 2)
        SELECT (SELECT count(*) FROM by_day b FULL JOIN spend_day s USING (scope, id, day)
                 WHERE b.committed IS DISTINCT FROM s.committed_micros
                    OR b.charged IS DISTINCT FROM s.charged_micros)
             + (SELECT count(*) FROM totals t FULL JOIN spend_total s USING (scope, id)
                 WHERE t.committed IS DISTINCT FROM s.committed_micros
                    OR t.charged IS DISTINCT FROM s.charged_micros)
             + (SELECT count(*) FROM advertiser_funds f
                 WHERE f.leased_micros <> (SELECT coalesce(sum(l.leased), 0) FROM leases l
                                            WHERE l.advertiser_id = f.advertiser_id))\
        """);
  }

  @Override
  public void close() {
    database.close();
  }
}
