package io.adplatform.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.servers.LeftOver;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.ServerFolders;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * What an operator who is out of luck gets to see: one line that names the remedy, and the right
 * exit code.
 */
class LauncherTest {
  private static final int FAILED = 1;
  private static final int MISUNDERSTOOD = 2;
  private static final int NOT_RUNNING = 3;

  @TempDir Path root;

  private final StringWriter errors = new StringWriter();

  @Test
  void shouldRefuseAPortThatIsTakenAndNameTheOption() throws IOException {
    try (ServerSocket owner = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(owner.getLocalPort());

      assertEquals(FAILED, run("up", "--data", data(), "--port", port, "--api-port", freePort()));

      assertOneLine("Port " + port + " of 127.0.0.1 is taken", "another with --port");
    }
  }

  @Test
  void shouldRefuseAnApiPortThatIsTaken() throws IOException {
    try (ServerSocket owner = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(owner.getLocalPort());

      assertEquals(FAILED, run("up", "--data", data(), "--port", freePort(), "--api-port", port));

      assertOneLine("Port " + port + " of 127.0.0.1 is taken", "another with --api-port");
    }
  }

  @Test
  void shouldRefuseAHostThatIsNotOfThisMachine() {
    assertEquals(FAILED, run(up("--host", "192.0.2.1")));
    assertOneLine("192.0.2.1 is no address of this machine", "--host");
  }

  @Test
  void shouldRefuseAHostNameThatIsNotKnown() {
    assertEquals(FAILED, run(up("--host", "nowhere.invalid")));
    assertOneLine("The name nowhere.invalid is not known", "--host");
  }

  @Test
  void shouldRefuseAGivenServerThatDoesNotAnswer() {
    assertEquals(FAILED, run(up("--kafka", "127.0.0.1:" + freePort())));
    assertOneLine("--kafka: nobody answers at 127.0.0.1:", "Connection refused");

    assertEquals(FAILED, run(up("--kafka", "nowhere.invalid:9092")));
    assertOneLine("--kafka: the name nowhere.invalid is not known", "--kafka");

    assertEquals(FAILED, run(up("--postgres", "jdbc:postgresql://127.0.0.1:" + freePort() + "/x")));
    assertOneLine("--postgres: nobody answers at 127.0.0.1:", "Connection refused");
  }

  @Test
  void shouldAskItselfWhereItListens() {
    assertEquals("http://localhost:80", UpConfig.localUrl("0.0.0.0", 80));
    assertEquals("http://localhost:80", UpConfig.localUrl("127.0.0.1", 80));
    assertEquals("http://10.0.0.7:80", UpConfig.localUrl("10.0.0.7", 80));
    assertEquals("http://[fd00::1]:80", UpConfig.localUrl("fd00::1", 80));
  }

  private String[] up(String... options) {
    return Stream.concat(
            Stream.of("up", "--data", data(), "--port", freePort(), "--api-port", freePort()),
            Stream.of(options))
        .toArray(String[]::new);
  }

  @Test
  void shouldRefuseADataFolderThatAnotherUpUses() throws IOException {
    DataFolder other = DataFolder.take(root.resolve("data"));
    try (other) {
      assertEquals(
          FAILED, run("up", "--data", data(), "--port", freePort(), "--api-port", freePort()));

      assertOneLine(
          "is in use by another up (pid " + ProcessHandle.current().pid() + ")",
          "./adplatform down --data");
    }
    assertEquals(0, Files.exists(root.resolve("data/run/launcher.pid")) ? 1 : 0);
  }

  @Test
  void shouldRefuseADataFolderThatCannotBeMade() throws IOException {
    Files.writeString(root.resolve("file"), "no folder");

    assertEquals(
        FAILED,
        run(
            "up",
            "--data",
            root.resolve("file/data").toString(),
            "--port",
            freePort(),
            "--api-port",
            freePort()));

    assertOneLine("cannot be used", "choose another with --data DIR");
  }

  @Test
  void shouldRefuseTooLittleDisk() {
    try {
      Preflight.requireDisk(root, Long.MAX_VALUE);
    } catch (LaunchException e) {
      assertTrue(e.getMessage().contains("free some, or choose another folder with --data DIR"));
      return;
    }
    throw new AssertionError("a disk of " + Long.MAX_VALUE + " MiB");
  }

  @Test
  void shouldSayWhichWordsItDoesNotUnderstand() {
    assertEquals(MISUNDERSTOOD, run("up", "--data", data(), "--port", "0"));
    assertTrue(errors.toString().startsWith("--port must be from 1 to 65535, not 0"));
  }

  @Test
  void shouldRefuseOnePortForBoth() {
    assertEquals(
        MISUNDERSTOOD, run("up", "--data", data(), "--port", "9000", "--api-port", "9000"));
    assertTrue(errors.toString().startsWith("--port and --api-port must differ"));
  }

  @Test
  void shouldRefuseAPublicUrlThatIsNone() {
    assertEquals(MISUNDERSTOOD, run("up", "--data", data(), "--public-url", "ads.example"));
    assertTrue(errors.toString().startsWith("--public-url must be like https://ads.example"));
  }

  @Test
  void shouldRefuseThePresetOfTests() {
    assertEquals(MISUNDERSTOOD, run("up", "--data", data(), "--preset", "STEPPED"));
    assertTrue(errors.toString().startsWith("--preset must be LAPTOP or LATENCY"));
  }

  @Test
  void shouldRefuseAnAddressOfTheWrongKind() {
    assertEquals(
        MISUNDERSTOOD, run("up", "--data", data(), "--postgres", "http://db.example:5432/x"));
    assertTrue(errors.toString().startsWith("--postgres must begin with jdbc:postgresql://"));
  }

  @Test
  void shouldSayThatNothingRunsOnAFolderThatIsNotThere() {
    assertEquals(NOT_RUNNING, run("status", "--data", data()));
    assertEquals(0, run("down", "--data", data()));
  }

  @Test
  void shouldEndWhatAKilledLauncherLeftBehind() throws Exception {
    ServerFolders folders = new ServerFolders(root.resolve("data"));
    Process orphan = new ProcessBuilder("sleep", "600").start();
    LeftOver left = LeftOver.of(orphan.pid()).orElseThrow();
    Files.writeString(folders.pid("redis"), left.text());
    Files.writeString(folders.pid(DataFolder.LAUNCHER), "999999999 1\n");

    assertEquals(NOT_RUNNING, run("status", "--data", data()));
    assertEquals(0, run("down", "--data", data()));

    assertTrue(!left.isAlive());
    assertTrue(!Files.exists(folders.pid("redis")));
  }

  @Test
  void shouldForgetChildrenOfAFormerStartThatAreGone() throws Exception {
    ServerFolders folders = new ServerFolders(root.resolve("data"));
    Files.writeString(folders.pid("rtb-engine"), "999999999 1\n");

    assertEquals(0, LeftOvers.end(folders, errors::append));

    assertTrue(LeftOvers.pidFiles(folders).isEmpty());
    assertEquals("", errors.toString());
  }

  @Test
  void shouldKeepAPortFromStartToStartWhileItIsFree() throws IOException {
    int first;
    try (DataFolder folder = DataFolder.take(root.resolve("data"))) {
      first = folder.port("kafka");
    }
    try (DataFolder folder = DataFolder.take(root.resolve("data"))) {
      assertEquals(first, folder.port("kafka"));
      try (ServerSocket stranger = new ServerSocket(first, 1, InetAddress.getByName("127.0.0.1"))) {
        assertTrue(folder.port("kafka") != stranger.getLocalPort());
      }
    }
  }

  @Test
  void shouldGiveEveryNameAPortOfItsOwn() throws IOException {
    try (DataFolder folder = DataFolder.take(root.resolve("data"))) {
      int first = folder.port("rtb-engine");
      folder.remember("127.0.0.1", first, 1);

      assertTrue(folder.port("rtb-engine") != first);
    }
  }

  @Test
  void shouldExplainEveryCommand() {
    Stream.of("up", "status", "down")
        .forEach(
            command -> {
              StringWriter out = new StringWriter();
              CommandLine line = Launcher.commandLine().setOut(new PrintWriter(out));
              assertEquals(0, line.execute(command, "--help"));
              assertTrue(out.toString().contains("--data=DIR"), command);
            });
  }

  private int run(String... arguments) {
    errors.getBuffer().setLength(0);
    return Launcher.commandLine().setErr(new PrintWriter(errors, true)).execute(arguments);
  }

  private void assertOneLine(String what, String remedy) {
    String text = errors.toString();
    assertEquals(1, text.lines().count(), text);
    assertTrue(text.contains(what), text);
    assertTrue(text.contains(remedy), text);
  }

  private String data() {
    return root.resolve("data").toString();
  }

  private static String freePort() {
    return Integer.toString(LoopbackPorts.free());
  }
}
