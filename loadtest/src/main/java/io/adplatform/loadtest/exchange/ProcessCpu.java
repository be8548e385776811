package io.adplatform.loadtest.exchange;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * CPU time of a process, user and system, as Linux counts it.
 *
 * @param processMicros of all threads, ended ones too
 * @param threadMicros of the threads that run, by name
 */
public record ProcessCpu(long processMicros, Map<String, Long> threadMicros) {
  private static final Pattern LANE = Pattern.compile("lane-\\d+");
  private static final Pattern COMPILER = Pattern.compile("C[12] Compiler.*");

  /**
   * Threads of the control plane: those that read Kafka for budgets and reports, those that publish
   * the catalogue, the carriers of virtual threads (which serve the API and ClickHouse's answers)
   * and the selectors of HTTP clients, of which that for ClickHouse has work to do. Linux keeps
   * fifteen letters of a thread's name.
   */
  private static final Pattern CONTROL =
      Pattern.compile(
          "ingest-settled.*|ingest-auction.*|ingest-catalogu.*|billing-.*|catalogue-publi.*"
              + "|participations|ForkJoinPool-1-.*|HttpClient-.*");

  /** Linux tells user and system time in hundredths of a second. */
  private static final long MICROS_PER_TICK = 10_000;

  private static final int USER_FIELD = 11;

  /** What a process has used so far. */
  public static ProcessCpu of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    Map<String, Long> threads = new HashMap<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path task : tasks) {
        try {
          String name = Files.readString(task.resolve("comm")).strip();
          threads.merge(name, micros(Files.readString(task.resolve("stat"))), Long::sum);
        } catch (NoSuchFileException e) {
          // Ended since; the process's own count has it.
        }
      }
    }
    return new ProcessCpu(micros(Files.readString(process.resolve("stat"))), threads);
  }

  /** What was used since an earlier look. */
  public ProcessCpu since(ProcessCpu before) {
    Map<String, Long> used = new HashMap<>(threadMicros);
    before.threadMicros.forEach((name, micros) -> used.merge(name, -micros, Long::sum));
    return new ProcessCpu(processMicros - before.processMicros, used);
  }

  /** Of the lanes' threads. */
  public long laneMicros() {
    return threads(LANE);
  }

  /** Of the thread that turns the journal's driver and Archive. */
  public long journalMicros() {
    return threadMicros.getOrDefault("journal-driver", 0L);
  }

  /** Of the threads that compile bytecode. */
  public long compilerMicros() {
    return threads(COMPILER);
  }

  /**
   * The hot half with its shipper, compiler and garbage collector: all but the control plane's
   * threads.
   */
  public long hotMicros() {
    return processMicros - threads(CONTROL);
  }

  private long threads(Pattern names) {
    return threadMicros.entrySet().stream()
        .filter(thread -> names.matcher(thread.getKey()).matches())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static long micros(String stat) {
    // The name stands in parentheses and may hold anything; the state is the first field after it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[USER_FIELD]) + Long.parseLong(fields[USER_FIELD + 1]))
        * MICROS_PER_TICK;
  }
}
