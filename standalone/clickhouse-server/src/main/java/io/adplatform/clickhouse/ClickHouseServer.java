package io.adplatform.clickhouse;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process: the engine over one data folder, on one port. It stops in order at SIGTERM and,
 * unless told otherwise, at the end of its standard input, so that it does not outlive who started
 * it. What was answered before is on disk: a kill loses none of it.
 */
public final class ClickHouseServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClickHouseServer.class);

  /** Statements that run and a few that wait; the engine runs its own threads below. */
  private static final int HTTP_THREADS = QueryHandler.CONCURRENT_STATEMENTS + 16;

  /** Requests that wait for a thread; beyond it connections are closed. */
  private static final int WAITING_REQUESTS = 1024;

  /** The engine parses on its caller's stack. */
  private static final long THREAD_STACK_BYTES = 16L << 20;

  /** What a statement may still take at the end. */
  private static final int STOP_SECONDS = 3;

  private final Engine engine;
  private final Sessions sessions;
  private final HttpServer http;
  private final ExecutorService threads;
  private boolean closed;

  private ClickHouseServer(ServerConfig config) throws IOException, EngineException {
    engine = new Engine(config.library(), config.path());
    sessions = new Sessions(engine);
    try {
      InetAddress address = InetAddress.getByName(config.host());
      http = HttpServer.create(new InetSocketAddress(address, config.port()), 0);
    } catch (IOException e) {
      engine.close();
      throw e;
    }
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            HTTP_THREADS,
            HTTP_THREADS,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(WAITING_REQUESTS),
            task -> new Thread(null, task, "http-" + number.incrementAndGet(), THREAD_STACK_BYTES));
    http.setExecutor(threads);
    http.createContext("/", new QueryHandler(engine, sessions, config.user(), config.password()));
    http.createContext("/ping", ClickHouseServer::ping);
    http.start();
  }

  private static void ping(HttpExchange exchange) throws IOException {
    byte[] ok = "Ok.\n".getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, ok.length);
    exchange.getResponseBody().write(ok);
    exchange.close();
  }

  /** The port it listens on. */
  int port() {
    return http.getAddress().getPort();
  }

  /** Takes no more requests, waits a little for those that run, and closes the engine. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    http.stop(STOP_SECONDS);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        // The engine aborts when it is closed under a running statement; ending the process is
        // safe, as after a kill.
        LOG.warn("statements still run: ending without them");
        Runtime.getRuntime().halt(0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    sessions.close();
    engine.close();
  }

  /** Starts the server and waits for its end. */
  public static void main(String[] args) {
    // Without it small answers wait for the client's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    // Longer than clients keep theirs: an idle connection is closed by the one who would use it.
    System.setProperty("sun.net.httpserver.idleInterval", "300");
    try {
      ServerConfig config = ServerConfig.parse(List.of(args));
      String preloaded = System.getenv("LD_PRELOAD");
      if (preloaded == null || !preloaded.contains("libjsig.so")) {
        fail(
            "start this JVM with LD_PRELOAD=$JAVA_HOME/lib/libjsig.so: the engine's signal handlers"
                + " would hang it otherwise");
      }
      long start = System.nanoTime();
      ClickHouseServer server = new ClickHouseServer(config);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop"));
      LOG.info(
          "ClickHouse engine {} on http://{}:{} over {} in {} ms",
          server.engine.version(),
          config.host(),
          server.port(),
          config.path(),
          (System.nanoTime() - start) / 1_000_000);
      if (config.watchStdin()) {
        while (System.in.read() >= 0) {
          // Whatever is written to it is of no interest.
        }
        System.exit(0);
      }
    } catch (IllegalArgumentException e) {
      fail(e.getMessage());
    } catch (BindException e) {
      fail("the port is taken: give another with --port");
    } catch (IOException | EngineException e) {
      fail(e.getMessage());
    }
  }

  private static void stop(ClickHouseServer server) {
    try {
      server.close();
    } catch (IOException e) {
      LOG.warn("stopping: {}", e.getMessage());
    }
  }

  private static void fail(String line) {
    System.err.println("clickhouse-server: " + line);
    System.exit(1);
  }
}
