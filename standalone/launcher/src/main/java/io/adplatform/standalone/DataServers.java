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
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * PostgreSQL, Redis, Kafka and ClickHouse: started side by side, or given. Their addresses are as
 * the services' settings want them. Ended side by side, too: nothing runs any more that writes to
 * them. Thread-safe.
 */
final class DataServers implements AutoCloseable {
  /** A slow machine unpacks and initialises PostgreSQL in a fifth of this. */
  private static final Duration READY = Duration.ofSeconds(90);

  private final UpConfig config;
  private final DataFolder folder;
  private final Console console;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("start-", 0).factory());
  private final CompletableFuture<Void> allReady = new CompletableFuture<>();
  private CompletableFuture<Login> postgres;
  private CompletableFuture<Store> redis;
  private CompletableFuture<String> kafka;
  private CompletableFuture<Warehouse> clickHouse;

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
   * ClickHouse and who asks it.
   *
   * @param url {@code http://host:port}
   * @param user empty where it asks for none
   * @param passwordFile of mode 600, or null where it asks for none
   */
  record Warehouse(String url, String user, Path passwordFile) {}

  /**
   * Redis.
   *
   * @param process null where it was given
   * @param address {@code redis://host:port}
   * @param passwordFile of mode 600, or null where it asks for none
   */
  record Store(ServerProcess process, String address, Path passwordFile) {}

  /** Begins to start what is not given and returns at once; what is asked for is waited for. */
  static DataServers start(UpConfig config, DataFolder folder, Console console) {
    DataServers servers = new DataServers(config, folder, console);
    servers.postgres = servers.begin(servers::startPostgres);
    servers.redis = servers.begin(servers::startRedis);
    servers.kafka = servers.begin(servers::startKafka);
    servers.clickHouse = servers.begin(servers::startClickHouse);
    CompletableFuture.allOf(servers.postgres, servers.redis, servers.kafka, servers.clickHouse)
        .thenRun(() -> servers.allReady.complete(null));
    return servers;
  }

  private <T> CompletableFuture<T> begin(Callable<T> start) {
    CompletableFuture<T> result = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            result.complete(start.call());
          } catch (Exception e) {
            result.completeExceptionally(e);
            allReady.completeExceptionally(e);
          }
        });
    return result;
  }

  /** Waits until all are ready; throws {@link LaunchException} as soon as one cannot be. */
  void awaitReady() throws InterruptedException {
    get(allReady);
  }

  /** The exchange's database; waits for it. */
  Login postgres() throws InterruptedException {
    return get(postgres);
  }

  /** {@code host:port,…}; waits for it. */
  String kafka() throws InterruptedException {
    return get(kafka);
  }

  /** Waits for it. */
  Warehouse clickHouse() throws InterruptedException {
    return get(clickHouse);
  }

  /** Waits for it. */
  Store redis() throws InterruptedException {
    return get(redis);
  }

  /** A condition for {@code /readyz}: null while Redis serves, as far as is known here. */
  String redisTrouble() {
    Store store = redis.getNow(null);
    return store == null ? "redis is starting" : ServerTrouble.of(store.process());
  }

  private static <T> T get(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      String message = e.getCause().getMessage();
      throw new LaunchException(message == null ? e.getCause().toString() : message, e.getCause());
    }
  }

  private Login startPostgres() throws InterruptedException {
    GivenServers given = config.given();
    if (given.postgres != null) {
      if (given.postgres.toLowerCase(Locale.ROOT).contains("password=")) {
        // Addresses are printed, and seen in lists of processes.
        throw new LaunchException(
            "--postgres must not hold a password: put it into a file of mode 600 and name that with"
                + " --postgres-password-file.");
      }
      console.done("postgres", "given: " + given.postgres);
      return new Login(given.postgres, given.postgresUser, given.postgresPasswordFile);
    }
    PostgresServer server =
        keep(PostgresServer.start(folder.folders(), folder.port("postgres"), console::event));
    await(server.process());
    Login login = OwnDatabase.prepare(server, folder.folders().secret("postgres-owner"));
    console.done("postgres", login.jdbcUrl());
    String jdbcUrl = via("postgres", login.jdbcUrl(), server.process());
    return new Login(jdbcUrl, login.user(), login.passwordFile());
  }

  private Store startRedis() throws InterruptedException {
    String given = config.given().redis;
    if (given != null) {
      if (given.contains("@")) {
        throw new LaunchException(
            "--redis must not hold a password: put it into a file of mode 600 and name that with"
                + " --redis-password-file.");
      }
      console.done("redis", "given: " + given);
      return new Store(null, given, config.given().redisPasswordFile);
    }
    RedisServer server =
        keep(RedisServer.start(folder.folders(), folder.port("redis"), console::event));
    await(server.process());
    console.done("redis", "127.0.0.1:" + server.port());
    String address = via("redis", server.address(), server.process());
    return new Store(server.process(), address, server.passwordFile());
  }

  private String startKafka() throws InterruptedException {
    String given = config.given().kafka;
    if (given != null) {
      console.done("kafka", "given: " + given);
      return given;
    }
    KafkaServer server = keep(startKafka(folder.port("kafka")));
    await(server.process());
    console.done("kafka", server.bootstrapServers());
    return via("kafka", server.bootstrapServers(), server.process());
  }

  private KafkaServer startKafka(int port) {
    int advertised = config.given().via.getOrDefault("kafka", port);
    return KafkaServer.start(folder.folders(), port, advertised, console::event);
  }

  /** The address as the services are told it: that of what stands between, where something does. */
  private String via(String name, String address, ServerProcess process) {
    Integer port = config.given().via.get(name);
    return port == null ? address : address.replace(":" + process.port(), ":" + port);
  }

  private Warehouse startClickHouse() throws InterruptedException {
    GivenServers given = config.given();
    if (given.clickHouse != null) {
      console.done("clickhouse", "given: " + given.clickHouse);
      String user = given.clickHouseUser == null ? "" : given.clickHouseUser;
      return new Warehouse(given.clickHouse, user, given.clickHousePasswordFile);
    }
    Path password = folder.folders().secret("clickhouse");
    SecretFile.readOrCreate(password);
    ClickHouseServer server =
        keep(
            ClickHouseServer.start(
                folder.folders(), folder.port("clickhouse"), password, console::event));
    await(server.process());
    console.done("clickhouse", server.url());
    String url = via("clickhouse", server.url(), server.process());
    return new Warehouse(url, ClickHouseServer.USER, password);
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

  /** Ends them, also those whose start is under way. Not hastened by an interrupt. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
    List<Thread> ends = new ArrayList<>();
    synchronized (started) {
      for (AutoCloseable server : started) {
        ends.add(Thread.ofPlatform().start(() -> close(server)));
      }
      started.clear();
    }
    boolean interrupted = false;
    for (Thread end : ends) {
      while (end.isAlive()) {
        try {
          end.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
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
