package io.adplatform.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.servers.JavaCommand;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.SecretFile;
import io.adplatform.servers.ServerFolders;
import io.adplatform.testkit.server.TestClickHouse;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.testkit.server.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} as a process, as a person runs it. */
class UpTest {
  private static final long PATIENCE_SECONDS = 120;

  @TempDir Path root;

  private Process up;

  @AfterEach
  void end() {
    if (up != null) {
      up.destroyForcibly();
    }
  }

  @Test
  void shouldRunOnServersThatAreThereAlready() throws Exception {
    TestPostgres.Database database = TestPostgres.freshDatabase();
    Path password = root.resolve("password");
    SecretFile.write(password, database.password());

    start(
        "--postgres", database.jdbcUrl(),
        "--postgres-user", database.user(),
        "--postgres-password-file", password.toString(),
        "--kafka", TestKafka.bootstrapServers(),
        "--clickhouse", TestClickHouse.url());

    await(() -> !up.isAlive() || output().contains("AdPlatform is ready after"));
    assertTrue(output().contains("AdPlatform is ready after"), output());
    assertTrue(!output().contains("gets no bid"), output());
    stop();
    assertEquals(0, up.exitValue());
  }

  @Test
  void shouldStopInOrderWhileItStarts() throws Exception {
    start();
    await(() -> output().contains("redis"));

    stop();

    assertEquals(0, up.exitValue(), output());
    assertTrue(output().contains("Stopping; nothing is lost.\n"), output());
    assertTrue(output().endsWith("\nStopped.\n"), output());
    assertTrue(LeftOvers.pidFiles(new ServerFolders(data())).isEmpty());
  }

  private void start(String... options) throws IOException {
    List<String> line =
        new ArrayList<>(
            JavaCommand.of("standalone/launcher", Launcher.class.getName())
                .options("-Xmx1g", "-Dadplatform.home=" + JavaCommand.home())
                .arguments("up", "--data", data().toString())
                .arguments("--port", Integer.toString(LoopbackPorts.free()))
                .arguments("--api-port", Integer.toString(LoopbackPorts.free()))
                .arguments(options)
                .line());
    up =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(root.resolve("up.out").toFile())
            .start();
  }

  private void stop() throws InterruptedException {
    up.destroy();
    assertTrue(up.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  private Path data() {
    return root.resolve("data");
  }

  private String output() {
    try {
      return Files.readString(root.resolve("up.out"));
    } catch (IOException e) {
      return "";
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within " + PATIENCE_SECONDS + " s");
      Thread.sleep(20);
    }
  }
}
