package io.adplatform.loadtest.chaos;

import io.adplatform.loadtest.chaos.Fault.Kind;
import io.adplatform.loadtest.chaos.Fault.Server;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Draws faults from a seed, in rounds: every server is struck, cut off from its clients, and
 * everything as a whole is struck in each way, before anything is struck again. The seed decides
 * order, kinds and lengths. A long schedule has one long outage.
 */
final class Schedule {
  private static final int LEAST_MILLIS = 2_000;
  private static final int MOST_MILLIS = 15_000;

  /** What stops all bids lasts no longer: a run has to answer beacons, too. */
  private static final int MOST_SILENT_MILLIS = 8_000;

  /** Longer than Aeron waits for a process that does not turn its conductor: ten seconds. */
  private static final int LONG_FREEZE_MILLIS = 12_000;

  /** One fault of a server in so many strikes two of them together. */
  private static final int TOGETHER = 3;

  /** Longer than what is retried within a request, a lease without extension, a checkpoint. */
  private static final int OUTAGE_MILLIS = 120_000;

  /** A schedule that is shorter has no long outage. */
  private static final int LONG_SCHEDULE_SECONDS = 540;

  /** One of these is long away, once: itself, or behind a stalled network. */
  private static final List<Server> LONG_AWAY =
      List.of(Server.KAFKA, Server.CLICKHOUSE, Server.POSTGRES, Server.SETTLE);

  /**
   * Of a shorter schedule one fault has to strike in so many seconds: a breath, a fault of middle
   * length, and what a server takes to come back on a slow machine.
   */
  private static final int SECONDS_A_FAULT = 30;

  private final SplittableRandom random;
  private final boolean hasDisk;
  private final int seconds;
  private final List<Fault> round = new ArrayList<>();
  private boolean outageIsDue;
  private int firstRound;
  private int drawn;

  /**
   * A schedule.
   *
   * @param seconds of the whole run
   * @param hasDisk whether the journal has a disk of its own that can be filled
   */
  Schedule(long seed, int seconds, boolean hasDisk) {
    this.random = new SplittableRandom(seed);
    this.hasDisk = hasDisk;
    this.seconds = seconds;
    this.outageIsDue = isLong();
  }

  private boolean isLong() {
    return seconds >= LONG_SCHEDULE_SECONDS;
  }

  /**
   * What a run has to strike with or it shows too little: a whole round in a long schedule, so that
   * everything was struck in each way; one fault in half a minute in a shorter one.
   *
   * @return how many faults of the schedule are lacking
   */
  int lacking() {
    int least = Math.max(1, seconds / SECONDS_A_FAULT);
    if (isLong()) {
      least = drawn == 0 ? 1 : firstRound;
    }
    return Math.max(0, least - drawn);
  }

  /** The next fault. */
  Fault next() {
    if (round.isEmpty()) {
      drawRound();
      firstRound = firstRound == 0 ? round.size() : firstRound;
    }
    drawn++;
    return round.remove(random.nextInt(round.size()));
  }

  private void drawRound() {
    for (Server server : Server.values()) {
      round.add(
          random.nextBoolean()
              ? new Fault(Kind.KILL, someOf(server, EnumSet.allOf(Server.class)), 0)
              : new Fault(
                  Kind.PAUSE, someOf(server, EnumSet.allOf(Server.class)), length(MOST_MILLIS)));
    }
    for (Server server : Server.WIRED) {
      Kind cut = Fault.CUTS.get(random.nextInt(Fault.CUTS.size()));
      round.add(new Fault(cut, someOf(server, Server.WIRED), length(MOST_MILLIS)));
    }
    round.add(new Fault(Kind.KILL_ALL, Set.of(), 0));
    int freeze = random.nextBoolean() ? LONG_FREEZE_MILLIS : length(MOST_SILENT_MILLIS);
    round.add(new Fault(Kind.FREEZE, Set.of(), freeze));
    if (hasDisk) {
      round.add(new Fault(Kind.LOW_DISK, Set.of(), length(MOST_SILENT_MILLIS)));
      round.add(new Fault(Kind.FULL_DISK, Set.of(), length(MOST_SILENT_MILLIS)));
    }
    if (outageIsDue) {
      outageIsDue = false;
      Server away = LONG_AWAY.get(random.nextInt(LONG_AWAY.size()));
      Kind kind = Server.WIRED.contains(away) && random.nextBoolean() ? Kind.STALL : Kind.PAUSE;
      round.add(new Fault(kind, EnumSet.of(away), OUTAGE_MILLIS));
    }
  }

  /** One server, and now and then another one with it. */
  private Set<Server> someOf(Server one, Set<Server> all) {
    EnumSet<Server> servers = EnumSet.of(one);
    if (random.nextInt(TOGETHER) == 0) {
      servers.add(List.copyOf(EnumSet.copyOf(all)).get(random.nextInt(all.size())));
    }
    return servers;
  }

  private int length(int mostMillis) {
    return random.nextInt(LEAST_MILLIS, mostMillis);
  }
}
