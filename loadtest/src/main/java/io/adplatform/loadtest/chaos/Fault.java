package io.adplatform.loadtest.chaos;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What is done to a running exchange.
 *
 * @param kind what happens
 * @param servers to which of its servers; empty where it happens to the exchange as a whole
 * @param millis how long it lasts; 0 for what ends by itself, as a kill does when the parent starts
 *     the server again
 */
record Fault(Kind kind, Set<Server> servers, int millis) {
  /** What happens. */
  enum Kind {
    /** {@code kill -9}; the launcher starts the server again. */
    KILL,
    /** SIGSTOP, and SIGCONT after a while: a server that neither answers nor hangs up. */
    PAUSE,
    /** The network between a server and its clients stalls. */
    STALL,
    /** Connections to a server are reset, as are those that try again. */
    RESET,
    /** A server loses its clients at once; they hear of it when it is over. */
    FORGET,
    /** {@code kill -9} of everything at once, services and lanes too, then a new start. */
    KILL_ALL,
    /** SIGSTOP of the process with the services and the lanes, and SIGCONT after a while. */
    FREEZE,
    /** The journal's disk has less room than bids need, and more than beacons need. */
    LOW_DISK,
    /** The journal's disk has no byte left. */
    FULL_DISK
  }

  /** Those that cut the network. */
  static final List<Kind> CUTS = List.of(Kind.STALL, Kind.RESET, Kind.FORGET);

  /** A server behind the exchange, known by a word of its command line. */
  enum Server {
    KAFKA("io.adplatform.kafkaserver.KafkaServer", Question.KAFKA),
    CLICKHOUSE("io.adplatform.clickhouse.ClickHouseServer", Question.HTTP),
    SETTLE("io.adplatform.settle.SettleJob", Question.HTTP),
    POSTGRES("/postgres", Question.POSTGRES),
    REDIS("/redis-server", Question.REDIS);

    /** Those that have clients over the network: the settle job has none, it is one. */
    static final Set<Server> WIRED = EnumSet.of(KAFKA, CLICKHOUSE, POSTGRES, REDIS);

    private final String word;
    private final Question question;

    Server(String word, Question question) {
      this.word = word;
      this.question = question;
    }

    /** What it answers with a byte or more as long as it serves. */
    Question question() {
      return question;
    }

    /** As {@code up} calls it. */
    String key() {
      return name().toLowerCase(Locale.ROOT);
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
      case PAUSE -> servers + " stopped for " + millis + " ms";
      case STALL -> "the network to " + servers + " stalled for " + millis + " ms";
      case RESET -> "connections to " + servers + " reset for " + millis + " ms";
      case FORGET -> servers + " without their clients, who hear nothing for " + millis + " ms";
      case KILL_ALL -> "kill -9 of everything";
      case FREEZE -> "the services and lanes stopped for " + millis + " ms";
      case LOW_DISK -> "the journal's disk too full for bids, for " + millis + " ms";
      case FULL_DISK -> "the journal's disk full to the last byte, for " + millis + " ms";
    };
  }
}
