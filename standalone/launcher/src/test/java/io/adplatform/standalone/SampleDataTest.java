package io.adplatform.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleDataTest {
  /** Nothing listens there: whoever calls fails. */
  private final RestClient nobody = new RestClient("http://127.0.0.1:1", "adp_none");

  private final Console console = new Console(new PrintStream(OutputStream.nullOutputStream()));

  @TempDir private Path folder;

  @Test
  void shouldNeverLoadIntoAFolderThatWasBegunWithout() throws Exception {
    assertFalse(SampleData.ensure(folder, false, nobody, console));
    assertFalse(SampleData.ensure(folder, true, nobody, console));
  }

  @Test
  void shouldGoOnWithTheDayOnWhichALoadThatWasCutOffBegan() throws Exception {
    assertThrows(LaunchException.class, () -> SampleData.ensure(folder, true, nobody, console));
    String begun = Files.readString(folder.resolve("sample-begun"));
    assertThrows(LaunchException.class, () -> SampleData.ensure(folder, true, nobody, console));
    assertEquals(begun, Files.readString(folder.resolve("sample-begun")));
  }

  @Test
  void shouldBeginAnewWhereItsBeginningWasCutOffWhileItWasWritten() throws Exception {
    Path begun = Files.createFile(folder.resolve("sample-begun"));
    Instant before = Instant.now();
    assertThrows(LaunchException.class, () -> SampleData.ensure(folder, true, nobody, console));
    assertFalse(Instant.parse(Files.readString(begun)).isBefore(before));
  }

  @Test
  void shouldLeaveALoadAloneWhoseKeysTheApiHasForgotten() throws Exception {
    Instant old = Instant.now().minus(Duration.ofHours(25));
    Files.writeString(folder.resolve("sample-begun"), old.toString());

    assertTrue(SampleData.ensure(folder, true, nobody, console));
    assertTrue(SampleData.ensure(folder, true, nobody, console));
  }
}
