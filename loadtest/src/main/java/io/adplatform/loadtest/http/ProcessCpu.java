package io.adplatform.loadtest.http;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * CPU time of a process, user and system, as Linux counts it.
 *
 * @param processMicros of all threads, ended ones too
 * @param laneMicros of the lanes' threads
 * @param compilerMicros of the threads that compile bytecode
 * @param controlMicros of the threads that only the control plane and reporting need: they read
 *     Kafka for budgets and for ClickHouse
 */
record ProcessCpu(long processMicros, long laneMicros, long compilerMicros, long controlMicros) {
  private static final Pattern LANE = Pattern.compile("lane-\\d+");

  private static final Pattern COMPILER = Pattern.compile("C[12] Compiler.*");

  /** Linux keeps fifteen letters of a thread's name. */
  private static final List<String> CONTROL =
      List.of("ingest-settled", "ingest-auction", "ingest-catalogu", "billing-");

  /** Linux tells user and system time in hundredths of a second. */
  private static final long MICROS_PER_TICK = 10_000;

  private static final int USER_FIELD = 11;

  /** What a process has used so far. */
  static ProcessCpu of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    long lanes = 0;
    long compiler = 0;
    long control = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path thread : threads) {
        try {
          String name = Files.readString(thread.resolve("comm")).strip();
          long micros = micros(Files.readString(thread.resolve("stat")));
          lanes += LANE.matcher(name).matches() ? micros : 0;
          compiler += COMPILER.matcher(name).matches() ? micros : 0;
          control += CONTROL.stream().anyMatch(name::startsWith) ? micros : 0;
        } catch (NoSuchFileException e) {
          // Ended since; the process's own count has it.
        }
      }
    }
    return new ProcessCpu(
        micros(Files.readString(process.resolve("stat"))), lanes, compiler, control);
  }

  ProcessCpu since(ProcessCpu before) {
    return new ProcessCpu(
        processMicros - before.processMicros,
        laneMicros - before.laneMicros,
        compilerMicros - before.compilerMicros,
        controlMicros - before.controlMicros);
  }

  /** The hot half with its shipper, compiler and collector: all but the control plane's threads. */
  long hotMicros() {
    return processMicros - controlMicros;
  }

  private static long micros(String stat) {
    // The name stands in parentheses and may hold anything; the state is the first field after it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[USER_FIELD]) + Long.parseLong(fields[USER_FIELD + 1]))
        * MICROS_PER_TICK;
  }
}
