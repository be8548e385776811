package io.adplatform.loadtest.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A part of the exchange: one process, or several that do one thing. */
enum Part {
  SERVICES(true, "io.adplatform.standalone.Launcher"),
  SETTLE(true, "io.adplatform.settle.SettleJob"),
  KAFKA(true, "io.adplatform.kafkaserver.KafkaServer"),
  CLICKHOUSE(true, "io.adplatform.clickhouse.ClickHouseServer"),
  /** With all its sessions. */
  POSTGRES(false, "postgres"),
  REDIS(false, "redis-server");

  private final boolean jvm;
  private final String word;

  Part(boolean jvm, String word) {
    this.jvm = jvm;
    this.word = word;
  }

  /** Whether it is a JVM, whose heap can be asked for. */
  boolean isJvm() {
    return jvm;
  }

  /** The processes of each part under the launcher; of a part that is not there, none. */
  static Map<Part, List<Long>> under(ProcessHandle launcher) throws IOException {
    Map<Part, List<Long>> parts = new EnumMap<>(Part.class);
    List<ProcessHandle> all = new ArrayList<>(launcher.descendants().toList());
    all.add(launcher);
    for (ProcessHandle process : all) {
      List<String> words = command(process.pid());
      for (Part part : values()) {
        boolean is =
            part.jvm
                // The shell that supervises a server has its words, too.
                ? words.getFirst().endsWith("/java") && words.contains(part.word)
                : Path.of(words.getFirst().split("[: ]")[0]).endsWith(part.word);
        if (is) {
          parts.computeIfAbsent(part, p -> new ArrayList<>()).add(process.pid());
          break;
        }
      }
    }
    return parts;
  }

  private static List<String> command(long pid) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline"));
      return List.of(new String(line, StandardCharsets.UTF_8).split("\0"));
    } catch (IOException e) {
      // It has ended since.
      return List.of("");
    }
  }
}
