package io.adplatform.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A child process that is kept running: started, asked whether it is ready, started again when it
 * dies, ended with this JVM. Thread-safe.
 */
public final class ServerProcess implements AutoCloseable {
  /**
   * Deaths in a row before it was ever ready, after which it is given up: it will not get better by
   * itself.
   */
  private static final int STARTS_BEFORE_GIVING_UP = 3;

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(10);

  /** A server that served this long has recovered: its next death starts the backoff anew. */
  private static final Duration STABLE = Duration.ofSeconds(60);

  private static final Duration PROBE_INTERVAL = Duration.ofMillis(25);
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

  /** The supervisor's own time to notice the end and to kill, on top of the grace. */
  private static final Duration SUPERVISOR_SLACK = Duration.ofSeconds(3);

  private static final String SUPERVISOR = supervisorScript();

  private final ProcessConfig config;
  private final ReadyProbe probe;
  private final Consumer<String> announce;
  private final BoundedLog log;
  private final Thread watcher;

  // guarded by this
  private ServerState state = ServerState.STARTING;
  private Process supervisor;
  private boolean stopping;
  private boolean wasReady;
  private int restarts;
  private String failure = "";

  private ServerProcess(ProcessConfig config, ReadyProbe probe, Consumer<String> announce) {
    this.config = Objects.requireNonNull(config, "config");
    this.probe = Objects.requireNonNull(probe, "probe");
    this.announce = Objects.requireNonNull(announce, "announce");
    this.log = new BoundedLog(config.logFile(), BoundedLog.LIMIT_BYTES);
    this.watcher = new Thread(this::watch, "server-" + config.name());
    this.watcher.setDaemon(true);
  }

  /**
   * Starts the process and its watching thread and returns at once; see {@link #awaitReady}.
   *
   * @param announce takes a line when the process is ended as a left-over, dies, is ready again or
   *     is given up; called on the watching thread
   */
  public static ServerProcess start(
      ProcessConfig config, ReadyProbe probe, Consumer<String> announce) {
    ServerProcess process = new ServerProcess(config, probe, announce);
    process.watcher.start();
    return process;
  }

  public String name() {
    return config.name();
  }

  /** The port it serves on 127.0.0.1; 0 where it serves none. */
  public int port() {
    return config.port();
  }

  public ProcessConfig config() {
    return config;
  }

  public synchronized ServerState state() {
    return state;
  }

  /** How often it was started again after a death. */
  public synchronized int restarts() {
    return restarts;
  }

  /** The server's process id (not its supervisor's), or 0 while it does not run. */
  public long pid() {
    return LeftOver.find(config.pidFile()).map(LeftOver::pid).orElse(0L);
  }

  /**
   * Waits until the server is ready.
   *
   * @throws ServerException if it is given up, ended, or not ready in time; the message holds the
   *     last line of its log
   */
  public synchronized void awaitReady(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (state != ServerState.READY) {
      if (state == ServerState.FAILED || state == ServerState.STOPPED) {
        throw new ServerException(
            config.name() + " " + (failure.isEmpty() ? "was ended" : failure));
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new ServerException(
            config.name() + " was not ready within " + timeout.toSeconds() + " s" + lastWords());
      }
      wait(left);
    }
  }

  /** Ends the server in order, killing it after its grace; returns when it is gone. Idempotent. */
  @Override
  public void close() {
    Process running;
    synchronized (this) {
      stopping = true;
      running = supervisor;
      notifyAll();
    }
    if (running != null) {
      closeInput(running);
    }
    watcher.interrupt();
    boolean interrupted = false;
    while (watcher.isAlive()) {
      try {
        watcher.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    try {
      endLeftOver("of an earlier run");
      Duration backoff = FIRST_BACKOFF;
      while (!isStopping()) {
        long startedAt = System.nanoTime();
        String end = runOnce();
        if (isStopping()) {
          break;
        }
        if (System.nanoTime() - startedAt > STABLE.toNanos()) {
          backoff = FIRST_BACKOFF;
        }
        if (!mayRestart(end, backoff)) {
          return;
        }
        pause(backoff);
        backoff = min(backoff.multipliedBy(2), LONGEST_BACKOFF);
      }
      endSupervisor();
      become(ServerState.STOPPED);
    } catch (IOException | RuntimeException e) {
      fail("is not watched any more: " + e);
    }
  }

  /** Starts the process, watches it until it ends, and tells how it ended. */
  private String runOnce() {
    try {
      Process process = spawn();
      int exit = attend(process);
      if (!isStopping()) {
        closeInput(process);
        endLeftOver("of a supervisor that was killed");
      }
      return "ended with code " + exit;
    } catch (IOException e) {
      return "cannot be started: " + e.getMessage();
    }
  }

  /** Watches one run of the process until it ends and returns its exit code. */
  private int attend(Process process) {
    boolean steppedBack = config.groupNice() == 0;
    while (true) {
      boolean starting = state() != ServerState.READY;
      steppedBack |= !starting && stepBack();
      try {
        if (process.waitFor(
            (starting ? PROBE_INTERVAL : WATCH_INTERVAL).toMillis(), TimeUnit.MILLISECONDS)) {
          return process.exitValue();
        }
      } catch (InterruptedException e) {
        if (isStopping()) {
          return 0;
        }
      }
      if (isStopping()) {
        return 0;
      }
      if (starting) {
        askWhetherReady();
      } else {
        log.trim();
      }
    }
  }

  private void askWhetherReady() {
    try {
      long pid = pid();
      if (pid > 0 && probe.ready(pid)) {
        becomeReady();
      }
    } catch (IOException | RuntimeException e) {
      // not yet: asked again in a moment
    }
  }

  /**
   * Has the server's session step back from what shares its cores, once it is ready: while it
   * starts, others wait for it. Where Linux shares cores out by session, it is the session that
   * steps back, not a thread in it.
   *
   * @return false where that is to be tried again: one may ask ten times a second in all
   */
  private boolean stepBack() {
    Path group = Path.of("/proc/" + pid() + "/autogroup");
    if (!Files.isWritable(group)) {
      return true;
    }
    try {
      Files.writeString(group, Integer.toString(config.groupNice()));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Process spawn() throws IOException {
    log.trim();
    List<String> line = new ArrayList<>();
    // a session of its own: Ctrl-C in the terminal reaches the launcher alone, which then ends the
    // servers in order
    line.add("setsid");
    line.addAll(List.of("sh", "-c", SUPERVISOR, "adplatform-" + config.name()));
    line.add(config.stopSignal());
    line.add(Long.toString(config.stopGrace().toSeconds()));
    line.add(config.pidFile().toString());
    line.addAll(config.command());
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(config.directory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(config.logFile().toFile()));
    builder.environment().putAll(config.environment());
    synchronized (this) {
      supervisor = Spawn.start(builder);
      state = ServerState.STARTING;
      if (stopping) {
        closeInput(supervisor);
      }
      return supervisor;
    }
  }

  private synchronized void becomeReady() {
    if (stopping) {
      return;
    }
    state = ServerState.READY;
    if (wasReady) {
      announce.accept(config.name() + " is ready again");
    }
    wasReady = true;
    notifyAll();
  }

  private boolean mayRestart(String end, Duration backoff) {
    boolean givenUp;
    synchronized (this) {
      restarts++;
      givenUp = !wasReady && restarts >= STARTS_BEFORE_GIVING_UP;
    }
    if (givenUp) {
      fail(end + lastWords());
      return false;
    }
    become(ServerState.RESTARTING);
    announce.accept(
        config.name()
            + " "
            + end
            + "; starting it again in "
            + backoff.toMillis()
            + " ms"
            + where());
    return true;
  }

  private void endSupervisor() throws IOException {
    Process process;
    synchronized (this) {
      process = supervisor;
    }
    if (process == null) {
      return;
    }
    closeInput(process);
    long millis = config.stopGrace().plus(SUPERVISOR_SLACK).toMillis();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (process.isAlive() && System.nanoTime() < deadline) {
      try {
        process.waitFor(millis, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        // close() may interrupt more than once; the deadline bounds the wait
      }
    }
    process.destroyForcibly();
    endLeftOver("that did not end");
  }

  private void endLeftOver(String which) throws IOException {
    var found = LeftOver.find(config.pidFile());
    if (found.isPresent()) {
      announce.accept(
          "ending a " + config.name() + " " + which + " (pid " + found.get().pid() + ")");
      boolean ended = false;
      while (!ended) {
        try {
          found.get().end(config.stopSignal(), config.stopGrace());
          ended = true;
        } catch (InterruptedException e) {
          // it has to be gone before anything else happens; its grace bounds the wait
        }
      }
    }
    Files.deleteIfExists(config.pidFile());
  }

  private void pause(Duration backoff) {
    long deadline = System.nanoTime() + backoff.toNanos();
    synchronized (this) {
      long left;
      while (!stopping && (left = (deadline - System.nanoTime()) / 1_000_000) > 0) {
        try {
          wait(left);
        } catch (InterruptedException e) {
          // looked at by the condition
        }
      }
    }
  }

  private synchronized void become(ServerState next) {
    state = next;
    notifyAll();
  }

  private void fail(String reason) {
    synchronized (this) {
      failure = reason;
      become(ServerState.FAILED);
    }
    announce.accept(config.name() + " " + reason + "; it is not started any more");
  }

  private synchronized boolean isStopping() {
    return stopping;
  }

  private String lastWords() {
    String line = log.lastLine();
    return line.isEmpty() ? where() : ": " + line + where();
  }

  private String where() {
    return " (log: " + config.logFile() + ")";
  }

  private static void closeInput(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // already closed: what was wanted
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static String supervisorScript() {
    try (InputStream in = ServerProcess.class.getResourceAsStream("supervise.sh")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
