package io.adplatform.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerProcessTest {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final long PATIENCE_SECONDS = 60;

  /** Ready once its traps are set: a signal before would just end it. */
  private static final String SERVE = " TERM; echo $$ >../ready; while :; do sleep 0.05; done";

  /** Ends in order on TERM, leaving a mark. */
  private static final String ORDERLY = "echo up; trap 'echo orderly >stopped; exit 0'" + SERVE;

  private static final String STUBBORN = "trap ''" + SERVE;

  @TempDir Path root;

  private final BlockingQueue<String> announced = new LinkedBlockingQueue<>();
  private ServerFolders folders;
  private ServerProcess process;

  @BeforeEach
  void open() {
    folders = new ServerFolders(root);
  }

  @AfterEach
  void close() {
    if (process != null) {
      process.close();
    }
  }

  @Test
  void shouldEndInOrderWhenClosed() throws Exception {
    process = started(ORDERLY);
    long pid = process.pid();

    process.close();

    assertEquals("orderly", Files.readString(folders.data("demo").resolve("stopped")).strip());
    assertGone(pid);
    assertEquals(ServerState.STOPPED, process.state());
    assertFalse(Files.exists(folders.pid("demo")));
  }

  @Test
  void shouldKillWhatDoesNotEndWithinItsGrace() throws Exception {
    process = start(config(STUBBORN).withStopGrace(Duration.ofSeconds(1)));
    process.awaitReady(READY);
    long pid = process.pid();

    process.close();

    assertGone(pid);
  }

  @Test
  void shouldStepBackFromWhatSharesItsCoresWhereLinuxSharesThemBySession() throws Exception {
    process = start(config(ORDERLY).behindLanes());
    process.awaitReady(READY);

    Path group = Path.of("/proc/" + process.pid() + "/autogroup");
    assumeTrue(Files.exists(group), "this Linux has no autogroups");
    String steppedBack = " nice " + ProcessConfig.BEHIND_LANES;
    long deadline = System.nanoTime() + READY.toNanos();
    while (!Files.readString(group).strip().endsWith(steppedBack) && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
    assertTrue(Files.readString(group).strip().endsWith(steppedBack), Files.readString(group));
  }

  @Test
  void shouldStartAgainWhatWasKilledAndSaySo() throws Exception {
    process = started(ORDERLY);
    long first = process.pid();

    kill(first);

    assertTrue(nextLine().contains("ended with code 137; starting it again"));
    assertEquals("demo is ready again", nextLine());
    assertNotEquals(first, process.pid());
    assertEquals(1, process.restarts());
    assertEquals(ServerState.READY, process.state());
  }

  @Test
  void shouldEndTheOrphanOfAKilledSupervisorBeforeStartingAgain() throws Exception {
    // Its orphan does not end by itself before it is found.
    process = start(config(STUBBORN).withStopGrace(Duration.ofSeconds(2)));
    process.awaitReady(READY);
    long first = process.pid();
    long supervisor = parentOf(first);

    kill(supervisor);

    assertTrue(nextLine().startsWith("ending a demo of a supervisor that was killed"));
    nextLine();
    assertEquals("demo is ready again", nextLine());
    assertGone(first);
  }

  @Test
  void shouldEndTheServerWhenTheLauncherIsGone() throws Exception {
    Process launcher = launcherInAnotherJvm();
    LeftOver server = awaitServer();

    launcher.destroyForcibly().waitFor();

    await(() -> !server.isAlive());
    assertEquals("orderly", Files.readString(folders.data("demo").resolve("stopped")).strip());
  }

  @Test
  void shouldEndAServerLeftOverFromAnEarlierRunBeforeStarting() throws Exception {
    Process launcher = launcherInAnotherJvm();
    LeftOver server = awaitServer();
    // with the launcher halted and the supervisor dead nobody is left to end the server
    signal("STOP", launcher.pid());
    ProcessHandle supervisor = ProcessHandle.of(parentOf(server.pid())).orElseThrow();
    supervisor
        .children()
        .filter(child -> child.pid() != server.pid())
        .forEach(ProcessHandle::destroyForcibly);
    supervisor.destroyForcibly();
    launcher.destroyForcibly().waitFor();
    assertTrue(server.isAlive());

    process = started(ORDERLY);

    assertFalse(server.isAlive());
    assertNotEquals(server.pid(), process.pid());
  }

  @Test
  void shouldNotTakeAStrangerWithARecycledPidForALeftOver() throws Exception {
    Process stranger = new ProcessBuilder("sleep", "60").start();
    try {
      LeftOver truth = LeftOver.of(stranger.pid()).orElseThrow();
      Path pidFile = folders.pid("demo");
      Files.writeString(pidFile, new LeftOver(truth.pid(), truth.startTicks() - 1).text());

      process = started(ORDERLY);

      assertTrue(stranger.isAlive());
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void shouldGiveUpAndQuoteTheLogWhenTheServerNeverBecomesReady() {
    process = start(config("echo the disk is on fire >&2; exit 3"));

    ServerException refused = assertThrows(ServerException.class, () -> process.awaitReady(READY));

    assertTrue(refused.getMessage().contains("ended with code 3: the disk is on fire"));
    assertEquals(ServerState.FAILED, process.state());
  }

  @Test
  void shouldSayThatItGivesUp() throws Exception {
    process = start(config("exit 3"));

    assertThrows(ServerException.class, () -> process.awaitReady(READY));

    String last = nextLine();
    while (last.contains("starting it again")) {
      last = nextLine();
    }
    assertTrue(last.contains("it is not started any more"), last);
  }

  @Test
  void shouldTryAgainWhenARestartFails() throws Exception {
    process = started(ORDERLY);
    Path directory = folders.data("demo");
    Files.delete(directory);

    kill(process.pid());

    assertTrue(nextLine().contains("ended with code 137; starting it again"));
    assertTrue(nextLine().contains("demo cannot be started"));
    Files.createDirectory(directory);
    String line = nextLine();
    while (line.contains("demo cannot be started")) {
      line = nextLine();
    }
    assertEquals("demo is ready again", line);
  }

  @Test
  void shouldGoOnWatchingWhenTheLogCannotBeMovedAside() throws Exception {
    Files.createDirectories(Path.of(folders.log("demo") + ".1").resolve("in the way"));
    process = started("head -c " + (BoundedLog.LIMIT_BYTES + 1) + " /dev/zero; " + ORDERLY);
    await(() -> folders.log("demo").toFile().length() > BoundedLog.LIMIT_BYTES);
    // longer than it takes to look at the log once
    Thread.sleep(Duration.ofMillis(2_500));

    kill(process.pid());

    assertTrue(nextLine().contains("ended with code 137; starting it again"));
    assertEquals("demo is ready again", nextLine());
  }

  @Test
  void shouldAppendOutputToTheLog() throws Exception {
    process = started(ORDERLY);
    await(() -> read(folders.log("demo")).contains("up\n"));
  }

  @Test
  void shouldMoveTheLogAsideWhenItIsTooLong() throws IOException {
    Path file = root.resolve("long.log");
    Files.writeString(file, "first line\nlast line\n");
    BoundedLog log = new BoundedLog(file, 10);
    assertEquals("last line", log.lastLine());

    log.trim();

    assertEquals(0, Files.size(file));
    assertEquals("first line\nlast line\n", Files.readString(root.resolve("long.log.1")));
  }

  /** Starts the demo server from a JVM of its own, as the launcher does. */
  private Process launcherInAnotherJvm() throws IOException {
    return new ProcessBuilder(
            JavaCommand.java().toString(),
            "-cp",
            System.getProperty("java.class.path"),
            ServerProcessTest.class.getName(),
            root.toString(),
            ORDERLY)
        .redirectErrorStream(true)
        .redirectOutput(root.resolve("launcher.out").toFile())
        .start();
  }

  private static boolean isReady(ServerFolders folders, long pid) {
    return read(folders.root().resolve("ready")).strip().equals(Long.toString(pid));
  }

  /** The server of {@link #launcherInAnotherJvm}, once it is ready. */
  private LeftOver awaitServer() throws InterruptedException {
    await(
        () ->
            LeftOver.find(folders.pid("demo")).filter(s -> isReady(folders, s.pid())).isPresent());
    return LeftOver.find(folders.pid("demo")).orElseThrow();
  }

  /** The launcher of {@link #launcherInAnotherJvm}: a folder and a shell script to keep running. */
  public static void main(String[] arguments) throws InterruptedException {
    ServerFolders folders = new ServerFolders(Path.of(arguments[0]));
    ProcessConfig config = ProcessConfig.of(folders, "demo", 0, List.of("sh", "-c", arguments[1]));
    ServerProcess.start(config, pid -> isReady(folders, pid), System.out::println)
        .awaitReady(READY);
    Thread.sleep(Duration.ofSeconds(PATIENCE_SECONDS));
  }

  private ServerProcess started(String script) throws InterruptedException {
    ServerProcess started = start(config(script));
    started.awaitReady(READY);
    return started;
  }

  private ServerProcess start(ProcessConfig config) {
    return ServerProcess.start(config, pid -> isReady(folders, pid), announced::add);
  }

  private ProcessConfig config(String script) {
    return ProcessConfig.of(folders, "demo", 0, List.of("sh", "-c", script));
  }

  private String nextLine() throws InterruptedException {
    String line = announced.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertTrue(line != null, "no line was announced");
    return line;
  }

  private static void signal(String signal, long pid) throws Exception {
    new ProcessBuilder("kill", "-s", signal, Long.toString(pid)).start().waitFor();
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
  }

  private static long parentOf(long pid) {
    return ProcessHandle.of(pid).orElseThrow().parent().orElseThrow().pid();
  }

  private static void assertGone(long pid) throws InterruptedException {
    await(() -> LeftOver.of(pid).isEmpty());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "did not happen in time");
      Thread.sleep(10);
    }
  }
}
