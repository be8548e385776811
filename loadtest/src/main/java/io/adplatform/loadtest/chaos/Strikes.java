package io.adplatform.loadtest.chaos;

import io.adplatform.loadtest.chaos.Fault.Kind;
import io.adplatform.loadtest.chaos.Fault.Server;
import io.adplatform.loadtest.exchange.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Draws faults, carries them out, and sees that they have struck. Every server is struck in turn
 * before one is struck again, and everything at once as often as one of them; the seed decides
 * their order, kinds and lengths. A long schedule has one long outage.
 */
final class Strikes {
  private static final int LEAST_PAUSE_MILLIS = 2_000;
  private static final int MOST_PAUSE_MILLIS = 15_000;

  /** One fault in so many strikes two servers together. */
  private static final int TOGETHER = 3;

  /** Longer than what is retried within a request, a lease without extension, a checkpoint. */
  private static final int OUTAGE_MILLIS = 120_000;

  /** A schedule that is shorter has no long outage. */
  private static final int LONG_SCHEDULE_SECONDS = 540;

  /** One of these is long away, once. */
  private static final List<Server> LONG_AWAY =
      List.of(Server.KAFKA, Server.CLICKHOUSE, Server.POSTGRES, Server.SETTLE);

  /** Until a server that was struck before serves again. */
  private static final long SERVING_NANOS = 60_000_000_000L;

  /** Until the kernel has ended what was killed. */
  private static final long DEAD_NANOS = 5_000_000_000L;

  private final Exchange exchange;
  private final SplittableRandom random;
  private final List<Fault> round = new ArrayList<>();
  private boolean outageIsDue;

  Strikes(Exchange exchange, long seed, int seconds) {
    this.exchange = exchange;
    this.random = new SplittableRandom(seed);
    this.outageIsDue = seconds >= LONG_SCHEDULE_SECONDS;
  }

  /** The next fault of the schedule. */
  Fault next() {
    if (round.isEmpty()) {
      for (Server server : Server.values()) {
        round.add(drawn(server));
      }
      round.add(new Fault(Kind.KILL_ALL, Set.of(), 0));
      if (outageIsDue) {
        outageIsDue = false;
        Server away = LONG_AWAY.get(random.nextInt(LONG_AWAY.size()));
        round.add(new Fault(Kind.PAUSE, EnumSet.of(away), OUTAGE_MILLIS));
      }
    }
    return round.remove(random.nextInt(round.size()));
  }

  private Fault drawn(Server server) {
    EnumSet<Server> servers = EnumSet.of(server);
    if (random.nextInt(TOGETHER) == 0) {
      servers.add(Server.values()[random.nextInt(Server.values().length)]);
    }
    return random.nextBoolean()
        ? new Fault(Kind.KILL, servers, 0)
        : new Fault(Kind.PAUSE, servers, random.nextInt(LEAST_PAUSE_MILLIS, MOST_PAUSE_MILLIS));
  }

  /**
   * Carries a fault out; returns when it is over, though servers may still be starting.
   *
   * @throws IllegalStateException where a server served before and serves in spite of it
   */
  void strike(Fault fault) throws IOException, InterruptedException {
    if (fault.kind() == Kind.KILL_ALL) {
      exchange.kill();
      exchange.up();
      return;
    }
    List<ProcessHandle> struck = new ArrayList<>();
    for (Server server : fault.servers()) {
      awaitServing(server);
      struck.add(process(server));
    }
    if (fault.kind() == Kind.KILL) {
      struck.forEach(ProcessHandle::destroyForcibly);
      for (ProcessHandle process : struck) {
        awaitDead(process);
      }
      return;
    }
    try {
      for (ProcessHandle process : struck) {
        stop(process);
      }
      for (Server server : fault.servers()) {
        if (server.question().isAnswered(port(server))) {
          throw new IllegalStateException(server + " is stopped, and answers");
        }
      }
      Thread.sleep(fault.pauseMillis());
    } finally {
      for (ProcessHandle process : struck) {
        goOn(process);
      }
    }
  }

  private int port(Server server) throws IOException {
    return exchange.serverPort(server.name().toLowerCase(Locale.ROOT));
  }

  private void awaitServing(Server server) throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (!server.question().isAnswered(port(server))) {
      if (System.nanoTime() - start > SERVING_NANOS) {
        throw new IllegalStateException(server + " does not serve: there is nothing to strike");
      }
      Thread.sleep(50);
    }
  }

  private static void awaitDead(ProcessHandle process) throws InterruptedException {
    long start = System.nanoTime();
    while (process.isAlive()) {
      if (System.nanoTime() - start > DEAD_NANOS) {
        throw new IllegalStateException(process.pid() + " was killed, and lives");
      }
      Thread.sleep(10);
    }
  }

  /**
   * With all that it has started: PostgreSQL's connections are served by processes of their own.
   */
  private static void stop(ProcessHandle process) throws IOException, InterruptedException {
    signal("STOP", process);
    // The first is stopped: what it has started by now is all there will be.
    for (ProcessHandle descendant : process.descendants().toList()) {
      signal("STOP", descendant);
    }
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process);
    for (ProcessHandle one : all) {
      if (!isStopped(one)) {
        throw new IllegalStateException("process " + one.pid() + " does not stop");
      }
    }
  }

  private static void goOn(ProcessHandle process) throws IOException, InterruptedException {
    List<ProcessHandle> descendants = process.descendants().toList();
    signal("CONT", process);
    for (ProcessHandle descendant : descendants) {
      signal("CONT", descendant);
    }
  }

  /** The state is the third word of the line, behind a name in parentheses; gone is as good. */
  private static boolean isStopped(ProcessHandle process) throws InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < DEAD_NANOS) {
      try {
        String line = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        if ("TZX".indexOf(line.charAt(line.lastIndexOf(')') + 2)) >= 0) {
          return true;
        }
      } catch (IOException e) {
        return true;
      }
      Thread.sleep(5);
    }
    return false;
  }

  private ProcessHandle process(Server server) throws IOException {
    for (ProcessHandle child : exchange.launcher().descendants().toList()) {
      if (server.isCommand(command(child))) {
        return child;
      }
    }
    throw new IllegalStateException("no process of " + server + " under the launcher");
  }

  /** From /proc: Java tells no command line that is longer than a page. */
  private static List<String> command(ProcessHandle process) throws IOException {
    try {
      byte[] words = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline"));
      return List.of(new String(words, StandardCharsets.UTF_8).split("\0", -1));
    } catch (NoSuchFileException e) {
      return List.of("");
    }
  }

  private static void signal(String name, ProcessHandle process)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }
}
