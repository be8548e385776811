package io.adplatform.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A process as a pid file names it: {@code pid startTime}, the start time in clock ticks since
 * boot, so that a pid given anew to a stranger is never taken for ours.
 *
 * @param pid process id
 * @param startTicks field 22 of {@code /proc/PID/stat}
 */
public record LeftOver(long pid, long startTicks) {
  private static final Duration POLL = Duration.ofMillis(20);

  /** The process that {@code pidFile} names, if it is still alive. */
  public static Optional<LeftOver> find(Path pidFile) {
    try {
      String[] words = Files.readString(pidFile).strip().split(" ");
      LeftOver found = new LeftOver(Long.parseLong(words[0]), Long.parseLong(words[1]));
      return found.isAlive() ? Optional.of(found) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return Optional.empty(); // cut short by a crash: nothing that could be trusted
    }
  }

  /** The process with this pid as it is now, if there is one. */
  public static Optional<LeftOver> of(long pid) {
    long ticks = startTicksOf(pid);
    return ticks < 0 ? Optional.empty() : Optional.of(new LeftOver(pid, ticks));
  }

  /** Whether the process still runs; a zombie does not. */
  public boolean isAlive() {
    return startTicksOf(pid) == startTicks;
  }

  /** What a pid file says of this process. */
  public String text() {
    return pid + " " + startTicks + "\n";
  }

  /** Asks the process to end with {@code signal}, waits up to {@code grace}, then kills it. */
  public void end(String signal, Duration grace) throws InterruptedException {
    if (!isAlive()) {
      return;
    }
    signal(signal);
    long deadline = System.nanoTime() + grace.toNanos();
    while (isAlive() && System.nanoTime() < deadline) {
      Thread.sleep(POLL);
    }
    if (isAlive()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
    while (isAlive()) {
      Thread.sleep(POLL);
    }
  }

  private void signal(String signal) throws InterruptedException {
    try {
      Spawn.start(
              new ProcessBuilder(
                      "sh", "-c", "kill -s \"$1\" \"$2\"", "sh", signal, Long.toString(pid))
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD))
          .waitFor();
    } catch (IOException e) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }
  }

  private static long startTicksOf(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // the command's name, in parentheses, may itself hold blanks and parentheses
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return fields[0].equals("Z") || fields[0].equals("X") ? -1 : Long.parseLong(fields[19]);
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }
}
