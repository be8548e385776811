package io.adplatform.standalone;

import io.adplatform.servers.ClickHouseServer;
import io.adplatform.servers.KafkaServer;
import io.adplatform.servers.PostgresServer;
import io.adplatform.servers.RedisServer;
import io.adplatform.servers.SecretFile;
import io.adplatform.servers.ServerException;
import io.adplatform.servers.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * PostgreSQL, Redis, Kafka and ClickHouse: started side by side, or given. Their addresses are as
 * the services' settings want them. Ended side by side, too: nothing runs any more that writes to
 * them.
 */
final class DataServers implements AutoCloseable {
  /** A slow machine unpacks and initialises PostgreSQL in a fifth of this. */
  private static final Duration READY = Duration.ofSeconds(90);

  private final UpConfig config;
  private final DataFolder folder;
  private final Console console;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  private Login postgres;
  private String kafka;
  private String redis;
  private String clickHouse;
  private String clickHouseUser = "";
  private Path clickHousePasswordFile;

  private DataServers(UpConfig config, DataFolder folder, Console console) {
    this.config = config;
    this.folder = folder;
    this.console = console;
  }

  /**
   * A database and who owns it.
   *
   * @param jdbcUrl without user and password
   * @param passwordFile of mode 600, or null where the server asks for none
   */
  record Login(String jdbcUrl, String user, Path passwordFile) {}

  /**
   * Starts what is not given and waits until all are ready; ends those that started if one does
   * not.
   */
  static DataServers start(UpConfig config, DataFolder folder, Console console) {
    DataServers servers = new DataServers(config, folder, console);
    List<Callable<Void>> starts =
        List.of(
            servers::startPostgres,
            servers::startRedis,
            servers::startKafka,
            servers::startClickHouse);
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      for (Future<Void> start : threads.invokeAll(starts)) {
        start.get();
      }
      return servers;
    } catch (ExecutionException e) {
      servers.close();
      String message = e.getCause().getMessage();
      throw new LaunchException(message == null ? e.getCause().toString() : message, e.getCause());
    } catch (InterruptedException e) {
      servers.close();
      Thread.currentThread().interrupt();
      throw new LaunchException("The start was interrupted", e);
    }
  }

  Login postgres() {
    return postgres;
  }

  String kafka() {
    return kafka;
  }

  String redis() {
    return redis;
  }

  String clickHouse() {
    return clickHouse;
  }

  String clickHouseUser() {
    return clickHouseUser;
  }

  /** Null where ClickHouse asks for no password. */
  Path clickHousePasswordFile() {
    return clickHousePasswordFile;
  }

  private Void startPostgres() throws InterruptedException {
    GivenServers given = config.given();
    if (given.postgres != null) {
      postgres = new Login(given.postgres, given.postgresUser, given.postgresPasswordFile);
      console.done("postgres", "given: " + given.postgres);
      return null;
    }
    PostgresServer server =
        keep(PostgresServer.start(folder.folders(), folder.port("postgres"), console::event));
    await(server.process());
    postgres = OwnDatabase.prepare(server, folder.folders().secret("postgres-owner"));
    console.done("postgres", postgres.jdbcUrl());
    return null;
  }

  private Void startRedis() throws InterruptedException {
    if (config.given().redis != null) {
      redis = config.given().redis;
      console.done("redis", "given");
      return null;
    }
    RedisServer server =
        keep(RedisServer.start(folder.folders(), folder.port("redis"), console::event));
    await(server.process());
    redis = server.url();
    console.done("redis", "127.0.0.1:" + server.port());
    return null;
  }

  private Void startKafka() throws InterruptedException {
    if (config.given().kafka != null) {
      kafka = config.given().kafka;
      console.done("kafka", "given: " + kafka);
      return null;
    }
    KafkaServer server =
        keep(KafkaServer.start(folder.folders(), folder.port("kafka"), console::event));
    await(server.process());
    kafka = server.bootstrapServers();
    console.done("kafka", kafka);
    return null;
  }

  private Void startClickHouse() throws InterruptedException {
    GivenServers given = config.given();
    if (given.clickHouse != null) {
      clickHouse = given.clickHouse;
      clickHouseUser = given.clickHouseUser == null ? "" : given.clickHouseUser;
      clickHousePasswordFile = given.clickHousePasswordFile;
      console.done("clickhouse", "given: " + clickHouse);
      return null;
    }
    Path password = folder.folders().secret("clickhouse");
    SecretFile.readOrCreate(password);
    ClickHouseServer server =
        keep(
            ClickHouseServer.start(
                folder.folders(), folder.port("clickhouse"), password, console::event));
    await(server.process());
    clickHouse = server.url();
    clickHouseUser = ClickHouseServer.USER;
    clickHousePasswordFile = password;
    console.done("clickhouse", clickHouse);
    return null;
  }

  private <S extends AutoCloseable> S keep(S server) {
    synchronized (started) {
      started.push(server);
    }
    return server;
  }

  private static void await(ServerProcess process) throws InterruptedException {
    try {
      process.awaitReady(READY);
    } catch (ServerException e) {
      throw new LaunchException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    List<Thread> ends = new ArrayList<>();
    synchronized (started) {
      for (AutoCloseable server : started) {
        ends.add(Thread.ofPlatform().start(() -> close(server)));
      }
      started.clear();
    }
    for (Thread end : ends) {
      try {
        end.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void close(AutoCloseable server) {
    try {
      server.close();
    } catch (Exception e) {
      console.event("a server did not end in order: " + e.getMessage());
    }
  }
}
