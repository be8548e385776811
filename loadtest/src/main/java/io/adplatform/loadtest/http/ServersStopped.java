package io.adplatform.loadtest.http;

import io.adplatform.loadtest.exchange.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Until it ends, the servers that only follow the lanes take no time on their cores, as if they ran
 * on machines of their own: Kafka, ClickHouse and the settle job, stopped by {@code SIGSTOP}. What
 * they would have been sent waits in the journal.
 */
final class ServersStopped {
  private static final List<String> NAMES = List.of("kafka", "clickhouse", "settle");

  private final List<String> pids = new ArrayList<>();

  /** Stops them. */
  ServersStopped(Exchange exchange) throws IOException, InterruptedException {
    Path run = Path.of(exchange.dataFolder(), "run");
    for (String name : NAMES) {
      // The file holds the process's id and when it began.
      pids.add(Files.readString(run.resolve(name + ".pid")).split(" ")[0]);
    }
    signal("STOP");
  }

  /** Lets them go on. */
  void end() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    for (String pid : pids) {
      int code = new ProcessBuilder("kill", "-" + name, pid).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("process " + pid + " takes no " + name);
      }
    }
  }
}
