package io.adplatform.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.servers.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts around the build: what they say on a machine that lacks something. */
class BuildScriptsTest {
  @TempDir Path folder;

  @Test
  void shouldSayInOneLineThatThereIsNoJdk() throws Exception {
    Path seventeen = jdk("17", "17.0.15");

    for (String command : List.of("bin/jdk", "mvnw", "adplatform")) {
      Result result = run(Map.of("ADPLATFORM_JDKS", seventeen + " /nowhere"), command, "status");

      assertEquals(1, result.exit(), command);
      assertEquals(1, result.output().lines().count(), result.output());
      assertTrue(result.output().startsWith("AdPlatform needs a JDK 25 and found none: install"));
    }
  }

  @Test
  void shouldFindTheJdkAmongOthers() throws Exception {
    Path right = jdk("25", "25.0.1");
    String candidates = jdk("17", "17.0.15") + " " + jdk("26", "26") + " " + right;

    Result result = run(Map.of("ADPLATFORM_JDKS", candidates), "bin/jdk");

    assertEquals(right + "\n", result.output());
  }

  @Test
  void shouldFindAJdkThatIsOnlyOnThePath() throws Exception {
    Path right = jdk("elsewhere", "25.0.1");
    Path links = Files.createDirectories(folder.resolve("links"));
    Files.createSymbolicLink(links.resolve("javac"), right.resolve("bin/javac"));
    String path = links + ":/usr/bin:/bin";

    Result result =
        run(Map.of("PATH", path, "JAVA_HOME", "", "JAVA25_HOME", "", "HOME", "/"), "bin/jdk");

    assertEquals(right.toRealPath() + "\n", result.output());
  }

  @Test
  void shouldAnswerWithoutABuildWhatNeedsNone() throws Exception {
    // A checkout that was never built: its build would say that it has no mvnw.
    Path checkout = Files.createDirectories(folder.resolve("checkout"));
    Files.createDirectories(checkout.resolve("bin"));
    for (String script : List.of("adplatform", "bin/jdk", "bin/flags")) {
      Files.copy(
          JavaCommand.home().resolve(script),
          checkout.resolve(script),
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    String adplatform = checkout.resolve("adplatform").toString();
    Map<String, String> jdk = Map.of("ADPLATFORM_JDKS", jdk("25", "25.0.1").toString());
    String nowhere = folder.resolve("nowhere").toString();

    assertEquals(
        new Result(3, "No exchange has ever run on " + nowhere + "\n"),
        run(jdk, adplatform, "status", "--data", nowhere));
    assertEquals(
        new Result(0, "No exchange runs on " + nowhere + "\n"),
        run(jdk, adplatform, "down", "--data=" + nowhere));
    Result help = run(jdk, adplatform, "up", "--help");
    assertEquals(0, help.exit());
    assertTrue(help.output().contains("./adplatform up"), help.output());
    Result typo = run(jdk, adplatform, "stauts");
    assertEquals(2, typo.exit());
    assertTrue(typo.output().startsWith("There is no command stauts."), typo.output());
    assertFalse(Files.exists(checkout.resolve("target")));
  }

  @Test
  void shouldSayWhichOptionOfTheDoctorLacksItsValue() throws Exception {
    Result result = run(Map.of(), "bin/doctor", "--data");

    assertEquals("doctor: --data needs a value (try --help)\n", result.output());
    assertEquals(2, result.exit());
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.createFile(home.resolve("bin/javac"));
    home.resolve("bin/javac").toFile().setExecutable(true);
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private record Result(int exit, String output) {}

  private static Result run(Map<String, String> environment, String... command) throws Exception {
    command[0] = JavaCommand.home().resolve(command[0]).toString();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    return new Result(process.waitFor(), output);
  }
}
