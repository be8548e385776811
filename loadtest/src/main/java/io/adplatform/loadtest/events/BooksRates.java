package io.adplatform.loadtest.events;

import io.adplatform.billing.budget.LeaseConfig;
import io.adplatform.billing.budget.LeaseGrants;
import io.adplatform.billing.launch.BillingConfig;
import io.adplatform.billing.settlement.SettledReader;
import io.adplatform.loadtest.exchange.ProcessCpu;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.PostgresServer;
import io.adplatform.servers.ServerFolders;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.storage.postgres.PostgresConfig;
import io.adplatform.storage.postgres.PostgresDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Budgets and ledger behind settlement: billing-service's reader of {@code settled} over a
 * PostgreSQL of its own that writes every commit to the disk. Nothing is counted before {@link
 * #begin}.
 */
final class BooksRates implements AutoCloseable {
  private static final String SQL_DEMAND =
      """
      INSERT INTO billing.advertiser (id, account_id, currency, time_zone, version)
      VALUES (1, 1, 'USD', 'UTC', 1);
      INSERT INTO billing.campaign (id, account_id, advertiser_id, active, version)
      VALUES (1, 1, 1, true, 1);\
      """;

  private static final String SQL_LINE_ITEMS =
      """
      INSERT INTO billing.line_item (id, account_id, advertiser_id, campaign_id, active, version)
      SELECT n, 1, 1, 1, true, 1 FROM generate_series(1, ?) AS n\
      """;

  private static final Duration START = Duration.ofMinutes(1);
  private static final int NODE = 1;
  private static final long PRICE_MICROS = 1_000;

  /** So fast that each line item's lease lasts for the whole run. */
  private static final long SPEND_MICROS_PER_MINUTE = 60_000_000_000L;

  private final PostgresServer server;
  private final PostgresDatabase database;
  private final KafkaConfig kafka;
  private SettledReader reader;

  private BooksRates(PostgresServer server, PostgresDatabase database, KafkaConfig kafka) {
    this.server = server;
    this.database = database;
    this.kafka = kafka;
  }

  /** Starts PostgreSQL with so many line items in it. */
  static BooksRates start(
      ServerFolders folders, KafkaConfig kafka, int lineItems, Consumer<String> announce)
      throws Exception {
    PostgresServer server = PostgresServer.start(folders, LoopbackPorts.free(), announce);
    server.process().awaitReady(START);
    PostgresDatabase database =
        PostgresDatabase.open(
            PostgresConfig.of(
                server.jdbcUrl("postgres"),
                BillingConfig.SCHEMA,
                new PostgresConfig.Login(PostgresServer.USER, server.password()),
                "app"));
    BooksRates books = new BooksRates(server, database, kafka);
    try (Connection connection = books.connect();
        Statement demand = connection.createStatement();
        PreparedStatement items = connection.prepareStatement(SQL_LINE_ITEMS)) {
      demand.execute(SQL_DEMAND);
      items.setInt(1, lineItems);
      items.executeUpdate();
    }
    return books;
  }

  /** A lease for each of the line items, granted as a node is granted it. */
  List<SoldLease> leases(int lineItems) throws SQLException {
    InstantSource clock = InstantSource.system();
    List<LeaseRequest.Want> wants =
        LongStream.rangeClosed(1, lineItems)
            .mapToObj(id -> new LeaseRequest.Want(id, PRICE_MICROS, SPEND_MICROS_PER_MINUTE))
            .toList();
    LeaseAnswer answer =
        new LeaseGrants(database.transactions(), LeaseConfig.of(kafka.partitions()), clock)
            .handle(
                new LeaseRequest(NODE, clock.millis() / 1_000, 1, 0, wants, List.of(), List.of()));
    return answer.leases().stream()
        .map(lease -> new SoldLease(lease.leaseId(), lease.lineItemId(), lease.amountMicros()))
        .toList();
  }

  /** Begins to read {@code settled} from where counting stands. */
  void begin() {
    reader =
        SettledReader.start(
            kafka,
            database.transactions(),
            InstantSource.system(),
            new SimpleMeterRegistry(),
            null);
  }

  /** Impressions in the ledger. */
  long posted() {
    return number("SELECT coalesce(sum(impressions), 0) FROM billing.ledger_entry");
  }

  /**
   * What was done so far.
   *
   * @param transactions that made entries
   * @param databaseMicros CPU time of PostgreSQL with all its sessions
   * @param readerMicros CPU time of the reader's thread
   */
  record Mark(long entries, long transactions, long databaseMicros, long readerMicros) {}

  Mark mark() throws IOException {
    return new Mark(
        number("SELECT count(*) FROM billing.ledger_entry"),
        number("SELECT count(DISTINCT made_in::text) FROM billing.ledger_entry"),
        databaseMicros(),
        ProcessCpu.of(ProcessHandle.current().pid())
            .threadMicros()
            .getOrDefault("billing-settled", 0L));
  }

  private long databaseMicros() throws IOException {
    long micros = 0;
    for (ProcessHandle process :
        ProcessHandle.of(server.process().pid()).stream()
            .flatMap(of -> Stream.concat(Stream.of(of), of.descendants()))
            .toList()) {
      try {
        micros += ProcessCpu.of(process.pid()).processMicros();
      } catch (NoSuchFileException e) {
        // A worker that has ended since.
      }
    }
    return micros;
  }

  private long number(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As the superuser. */
  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        server.jdbcUrl("postgres"), PostgresServer.USER, server.password());
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
    }
    database.close();
    server.close();
  }
}
