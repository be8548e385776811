package io.adplatform.loadtest.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.loadtest.chaos.Fault.Kind;
import io.adplatform.loadtest.chaos.Fault.Server;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final long SEED = 7;
  private static final int SHORT = 60;
  private static final int LONG = 600;

  /** Five servers struck and four cut off; all killed, frozen, and both disks. */
  private static final int ROUND = 13;

  @Test
  void shouldDrawTheSameFromTheSameSeed() {
    assertEquals(drawn(SEED, LONG, true, 40), drawn(SEED, LONG, true, 40));
    assertNotEquals(drawn(SEED, LONG, true, 40), drawn(SEED + 1, LONG, true, 40));
  }

  @Test
  void shouldStrikeEverythingInEachWayBeforeAnythingAgain() {
    List<Fault> round = drawn(SEED, SHORT, true, ROUND);
    for (Kind once : List.of(Kind.KILL_ALL, Kind.FREEZE, Kind.LOW_DISK, Kind.FULL_DISK)) {
      assertEquals(1, round.stream().filter(fault -> fault.kind() == once).count(), once.name());
    }
    List<Fault> cuts = round.stream().filter(fault -> Fault.CUTS.contains(fault.kind())).toList();
    assertEquals(Server.WIRED.size(), cuts.size());
    assertEquals(Server.WIRED, struckBy(cuts));
    List<Fault> blows =
        round.stream()
            .filter(fault -> fault.kind() == Kind.KILL || fault.kind() == Kind.PAUSE)
            .toList();
    assertEquals(Set.of(Server.values()), struckBy(blows));
    assertEquals(Server.values().length, blows.size());
  }

  @Test
  void shouldFillNoDiskWhereThereIsNone() {
    assertTrue(
        drawn(SEED, LONG, false, 10 * ROUND).stream()
            .noneMatch(fault -> fault.kind().name().endsWith("_DISK")));
  }

  @Test
  void shouldHaveOneLongOutageInALongScheduleAlone() {
    assertEquals(1, drawn(SEED, LONG, true, 3 * ROUND).stream().filter(this::isLong).count());
    assertEquals(0, drawn(SEED, SHORT, true, 3 * ROUND).stream().filter(this::isLong).count());
  }

  @Test
  void shouldLackFaultsUntilALongScheduleHasStruckAWholeRound() {
    Schedule schedule = new Schedule(SEED, LONG, true);
    int struck = 0;
    while (schedule.lacking() > 0) {
      schedule.next();
      struck++;
    }
    assertEquals(ROUND + 1, struck, "and the long outage");
  }

  @Test
  void shouldLackFaultsUntilOneHasStruckInEveryHalfMinuteOfAShortSchedule() {
    Schedule schedule = new Schedule(SEED, 120, true);
    for (int lacking = 4; lacking > 0; lacking--) {
      assertEquals(lacking, schedule.lacking());
      schedule.next();
    }
    assertEquals(0, schedule.lacking());
    assertEquals(1, new Schedule(SEED, 10, true).lacking());
  }

  @Test
  void shouldCallLeasesThatAreNotKnownDamage() {
    assertTrue(Damage.COUNTERS.contains("adplatform_billing_settled_unknown_leases_total"));
  }

  private boolean isLong(Fault fault) {
    return fault.millis() >= 100_000;
  }

  private static Set<Server> struckBy(List<Fault> faults) {
    return faults.stream().flatMap(fault -> fault.servers().stream()).collect(Collectors.toSet());
  }

  private static List<Fault> drawn(long seed, int seconds, boolean hasDisk, int count) {
    Schedule schedule = new Schedule(seed, seconds, hasDisk);
    return IntStream.range(0, count).mapToObj(i -> schedule.next()).toList();
  }
}
