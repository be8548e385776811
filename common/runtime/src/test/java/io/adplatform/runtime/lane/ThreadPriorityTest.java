package io.adplatform.runtime.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ThreadPriorityTest {
  private static final Path SELF = Path.of("/proc/thread-self/stat");

  /** Of what stands behind the name in parentheses, the nice value. */
  private static final int NICE_FIELD = 16;

  @Test
  void shouldRaiseTheCallingThreadAloneOrSayThatItCannot() {
    String before = nice();
    CompletableFuture<Boolean> raised = new CompletableFuture<>();
    CompletableFuture<String> after = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              raised.complete(ThreadPriority.raise());
              after.complete(nice());
            });
    assertEquals(raised.join() ? "-10" : before, after.join());
    assertEquals(before, nice());
  }

  private static String nice() {
    try {
      String stat = Files.readString(SELF);
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE_FIELD];
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
