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
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Draws faults and carries them out. Every server is struck in turn before one is struck again, and
 * everything at once as often as one of them; the seed decides their order, kinds and lengths.
 */
final class Strikes {
  private static final int LEAST_PAUSE_MILLIS = 2_000;
  private static final int MOST_PAUSE_MILLIS = 15_000;

  /** One fault in so many strikes two servers together. */
  private static final int TOGETHER = 3;

  private final Exchange exchange;
  private final SplittableRandom random;
  private final List<Fault> round = new ArrayList<>();

  Strikes(Exchange exchange, long seed) {
    this.exchange = exchange;
    this.random = new SplittableRandom(seed);
  }

  /** The next fault of the schedule. */
  Fault next() {
    if (round.isEmpty()) {
      for (Server server : Server.values()) {
        round.add(drawn(server));
      }
      round.add(new Fault(Kind.KILL_ALL, Set.of(), 0));
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

  /** Carries a fault out; returns when it is over, though servers may still be starting. */
  void strike(Fault fault) throws IOException, InterruptedException {
    if (fault.kind() == Kind.KILL_ALL) {
      exchange.kill();
      exchange.up();
      return;
    }
    List<ProcessHandle> struck = new ArrayList<>();
    for (Server server : fault.servers()) {
      struck.add(process(server));
    }
    if (fault.kind() == Kind.KILL) {
      struck.forEach(ProcessHandle::destroyForcibly);
      return;
    }
    try {
      for (ProcessHandle process : struck) {
        signal("STOP", process);
      }
      Thread.sleep(fault.pauseMillis());
    } finally {
      for (ProcessHandle process : struck) {
        signal("CONT", process);
      }
    }
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
