package io.adplatform.loadtest.chaos;

import io.adplatform.loadtest.chaos.Fault.Server;
import io.adplatform.loadtest.exchange.Exchange;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Carries faults out, sees that they have struck, and ends them. Of one thread. */
final class Strikes {
  /** Until a server that was struck before serves again. */
  private static final long SERVING_NANOS = 180_000_000_000L;

  /** Until the kernel has ended what was killed. */
  private static final long DEAD_NANOS = 30_000_000_000L;

  private final Exchange exchange;
  private final Wires wires;
  private final DiskStrike disk;

  /**
   * Strikes at an exchange.
   *
   * @param disk null where the journal has none of its own
   */
  Strikes(Exchange exchange, Wires wires, DiskStrike disk) {
    this.exchange = exchange;
    this.wires = wires;
    this.disk = disk;
  }

  /**
   * Carries a fault out; returns when it is over, though servers may still be starting.
   *
   * @throws IllegalStateException where it does not strike, or leaves more than it may
   */
  void strike(Fault fault) throws IOException, InterruptedException {
    switch (fault.kind()) {
      case KILL -> kill(fault.servers());
      case PAUSE -> pause(fault);
      case STALL -> cut(fault, Wire.State.STALLED);
      case RESET -> cut(fault, Wire.State.RESET);
      case FORGET -> cut(fault, Wire.State.FORGOTTEN);
      case KILL_ALL -> {
        exchange.kill();
        exchange.up();
      }
      case FREEZE -> freeze(fault.millis());
      case LOW_DISK -> disk.leaveRoomForBeacons(fault.millis());
      case FULL_DISK -> disk.fill(fault.millis());
    }
  }

  private void kill(Set<Server> servers) throws IOException, InterruptedException {
    List<ProcessHandle> struck = serving(servers);
    struck.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle process : struck) {
      awaitDead(process);
    }
  }

  private void pause(Fault fault) throws IOException, InterruptedException {
    List<ProcessHandle> struck = serving(fault.servers());
    try {
      for (ProcessHandle process : struck) {
        stop(process);
      }
      for (Server server : fault.servers()) {
        requireSilence(server, port(server));
      }
      Thread.sleep(fault.millis());
    } finally {
      for (ProcessHandle process : struck) {
        goOn(process);
      }
    }
  }

  private void cut(Fault fault, Wire.State state) throws IOException, InterruptedException {
    serving(fault.servers());
    try {
      for (Server server : fault.servers()) {
        wires.of(server).become(state);
      }
      for (Server server : fault.servers()) {
        requireSilence(server, wires.of(server).port());
      }
      Thread.sleep(fault.millis());
    } finally {
      for (Server server : fault.servers()) {
        wires.of(server).become(Wire.State.WHOLE);
      }
    }
  }

  /** The process with the services and lanes alone: the servers go on beside it. */
  private void freeze(int millis) throws IOException, InterruptedException {
    ProcessHandle process = exchange.launcher();
    try {
      signal("STOP", process);
      requireStopped(process);
      if (Question.HTTP.isAnswered(URI.create(exchange.dataAddress()).getPort())) {
        throw new IllegalStateException("the exchange is stopped, and answers");
      }
      Thread.sleep(millis);
    } finally {
      signal("CONT", process);
    }
  }

  private static void requireSilence(Server server, int port) {
    if (server.question().isAnswered(port)) {
      throw new IllegalStateException(server + " is struck, and answers");
    }
  }

  /** The processes of servers, each of which serves. */
  private List<ProcessHandle> serving(Set<Server> servers)
      throws IOException, InterruptedException {
    List<ProcessHandle> processes = new ArrayList<>();
    for (Server server : servers) {
      awaitServing(server);
      processes.add(process(server));
    }
    return processes;
  }

  private int port(Server server) throws IOException {
    return exchange.serverPort(server.key());
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
      requireStopped(one);
    }
  }

  private static void requireStopped(ProcessHandle process) throws InterruptedException {
    if (!isStopped(process)) {
      throw new IllegalStateException("process " + process.pid() + " does not stop");
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
