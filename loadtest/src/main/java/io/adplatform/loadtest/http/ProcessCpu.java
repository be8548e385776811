package io.adplatform.loadtest.http;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * CPU time of a process and of its lane threads, user and system, as Linux counts it.
 *
 * @param processMicros of all threads, ended ones too
 * @param laneMicros of the threads that are named as lanes
 */
record ProcessCpu(long processMicros, long laneMicros) {
  private static final String LANE = "lane-";

  /** Linux tells user and system time in hundredths of a second. */
  private static final long MICROS_PER_TICK = 10_000;

  private static final int USER_FIELD = 11;

  /** What a process has used so far. */
  static ProcessCpu of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    long lanes = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path thread : threads) {
        lanes += laneMicros(thread);
      }
    }
    return new ProcessCpu(micros(Files.readString(process.resolve("stat"))), lanes);
  }

  ProcessCpu since(ProcessCpu before) {
    return new ProcessCpu(processMicros - before.processMicros, laneMicros - before.laneMicros);
  }

  private static long laneMicros(Path thread) throws IOException {
    try {
      boolean lane = Files.readString(thread.resolve("comm")).startsWith(LANE);
      return lane ? micros(Files.readString(thread.resolve("stat"))) : 0;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private static long micros(String stat) {
    // The name stands in parentheses and may hold anything; the state is the first field after it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[USER_FIELD]) + Long.parseLong(fields[USER_FIELD + 1]))
        * MICROS_PER_TICK;
  }
}
