package io.adplatform.loadtest.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a part of the exchange holds.
 *
 * @param residentKib of its processes, shared pages divided among those that share them
 * @param heapKib used after a full collection; 0 where it is no JVM
 * @param nativeKib what the JVM has committed besides the heap, as it tracks it; 0 where it is none
 * @param files open file descriptors
 */
record Sample(long residentKib, long heapKib, long nativeKib, long files, long threads) {
  private static final Pattern GENERATION = Pattern.compile("total \\d+K, used (\\d+)K");
  private static final Pattern TOTAL =
      Pattern.compile("Total: reserved=\\d+KB, committed=(\\d+)KB");
  private static final Pattern HEAP =
      Pattern.compile("Java Heap \\(reserved=\\d+KB, committed=(\\d+)KB");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^Pss:\\s+(\\d+) kB");
  private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)");
  private static final long ANSWER_SECONDS = 60;

  /** Looks at processes now; a JVM collects its garbage first. */
  static Sample of(Part part, List<Long> pids, Path jcmd) throws IOException, InterruptedException {
    long heap = 0;
    long outside = 0;
    if (part.isJvm()) {
      long pid = pids.getFirst();
      ask(jcmd, pid, "GC.run");
      heap = heapKib(ask(jcmd, pid, "GC.heap_info"));
      outside = nativeKib(ask(jcmd, pid, "VM.native_memory", "summary"));
    }
    Sample sum = new Sample(0, heap, outside, 0, 0);
    for (long pid : pids) {
      sum = sum.with(Path.of("/proc/" + pid));
    }
    return sum;
  }

  private Sample with(Path process) throws IOException {
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      return new Sample(
          residentKib + first(RESIDENT, Files.readString(process.resolve("smaps_rollup"))),
          heapKib,
          nativeKib,
          files + open.count(),
          threads + first(THREADS, Files.readString(process.resolve("status"))));
    } catch (NoSuchFileException e) {
      // It has ended since: a session of PostgreSQL.
      return this;
    }
  }

  /** Of the answer to {@code GC.heap_info}, all generations. */
  static long heapKib(String answer) {
    return GENERATION.matcher(answer).results().mapToLong(of -> Long.parseLong(of.group(1))).sum();
  }

  /** Of the answer to {@code VM.native_memory summary}. */
  static long nativeKib(String answer) {
    return first(TOTAL, answer) - first(HEAP, answer);
  }

  private static long first(Pattern number, String text) {
    Matcher found = number.matcher(text);
    if (!found.find()) {
      throw new IllegalStateException(number + " is not in: " + text);
    }
    return Long.parseLong(found.group(1));
  }

  private static String ask(Path jcmd, long pid, String... words)
      throws IOException, InterruptedException {
    Path answer = Files.createTempFile("jcmd", ".txt");
    try {
      Process process =
          new ProcessBuilder(
                  Stream.concat(Stream.of(jcmd.toString(), Long.toString(pid)), Stream.of(words))
                      .toList())
              .redirectErrorStream(true)
              .redirectOutput(answer.toFile())
              .start();
      if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(pid + " does not answer " + String.join(" ", words));
      }
      return Files.readString(answer);
    } finally {
      Files.delete(answer);
    }
  }
}
