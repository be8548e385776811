package io.adplatform.loadtest.chaos;

import java.util.List;
import java.util.Set;

/**
 * What is done to a running exchange.
 *
 * @param kind what happens
 * @param servers to which of its servers; empty for {@link Kind#KILL_ALL}
 * @param pauseMillis how long a pause lasts; 0 for a kill, after which its parent starts it again
 */
record Fault(Kind kind, Set<Server> servers, int pauseMillis) {
  /** What happens. */
  enum Kind {
    /** {@code kill -9}; the launcher starts the server again. */
    KILL,
    /** SIGSTOP, and SIGCONT after a while: a server that neither answers nor hangs up. */
    PAUSE,
    /** {@code kill -9} of everything at once, services and lanes too, then a new start. */
    KILL_ALL
  }

  /** A server behind the exchange, known by a word of its command line. */
  enum Server {
    KAFKA("io.adplatform.kafkaserver.KafkaServer"),
    CLICKHOUSE("io.adplatform.clickhouse.ClickHouseServer"),
    SETTLE("io.adplatform.settle.SettleJob"),
    POSTGRES("/postgres"),
    REDIS("/redis-server");

    private final String word;

    Server(String word) {
      this.word = word;
    }

    /** Whether a command line, word by word, is this server's own. */
    boolean isCommand(List<String> words) {
      String program = words.getFirst();
      return program.endsWith("/java")
          ? words.contains(word)
          // Redis writes its address into its first word.
          : (program + " ").contains(word + " ");
    }
  }

  @Override
  public String toString() {
    return switch (kind) {
      case KILL -> "kill -9 of " + servers;
      case PAUSE -> servers + " stopped for " + pauseMillis + " ms";
      case KILL_ALL -> "kill -9 of everything";
    };
  }
}
