package io.adplatform.runtime.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.metrics.EnumCounters;
import io.adplatform.runtime.metrics.LatencyHistogram;
import io.adplatform.testkit.check.AllocationCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.Test;

class SteppedLanesTest {
  private static final long START_MILLIS = 1_700_000_000_000L;
  private static final long MILLI = 1_000_000;

  @Test
  void shouldTurnOnlyWhenTheTestTurnsThem() {
    try (Lanes lanes = Lanes.stepped(2, START_MILLIS)) {
      List<Integer> turned = new ArrayList<>();
      lanes.all().forEach(lane -> lane.add(new RecordingAgent(lane, turned)));
      assertEquals(List.of(), turned);
      lanes.turn();
      lanes.turn();
      assertEquals(List.of(0, 1, 0, 1), turned);
    }
  }

  @Test
  void shouldShowTheVirtualTime() {
    try (Lanes lanes = Lanes.stepped(1, START_MILLIS)) {
      lanes.turn();
      assertEquals(START_MILLIS, lanes.lane(0).nowMillis());
      lanes.advance(7 * MILLI);
      assertEquals(START_MILLIS, lanes.lane(0).nowMillis());
      lanes.turn();
      assertEquals(START_MILLIS + 7, lanes.lane(0).nowMillis());
    }
  }

  @Test
  void shouldFireATimerInTheFirstCycleAfterItsDeadline() {
    try (Lanes lanes = Lanes.stepped(1, START_MILLIS)) {
      Lane lane = lanes.lane(0);
      lanes.turn();
      AtomicInteger fired = new AtomicInteger();
      lane.timers().schedule(lane.nowNanos() + 10 * MILLI, now -> fired.incrementAndGet());
      lanes.advance(10 * MILLI - 1);
      lanes.turn();
      assertEquals(0, fired.get());
      lanes.advance(1);
      lanes.turn();
      assertEquals(1, fired.get());
      assertEquals(0, lane.timers().count());
    }
  }

  @Test
  void shouldNotFireACancelledTimer() {
    try (Lanes lanes = Lanes.stepped(1, START_MILLIS)) {
      Lane lane = lanes.lane(0);
      AtomicInteger fired = new AtomicInteger();
      LaneTimer timer = now -> fired.incrementAndGet();
      long id = lane.timers().schedule(lane.nowNanos() + MILLI, timer);
      assertTrue(lane.timers().cancel(id, timer));
      lanes.advance(5 * MILLI);
      lanes.turn();
      assertEquals(0, fired.get());
    }
  }

  @Property(seed = "2026", tries = 200)
  void shouldFireEveryTimerNeitherEarlyNorMoreThanACycleLate(@ForAll long seed) {
    Random random = new Random(seed);
    try (Lanes lanes = Lanes.stepped(1, START_MILLIS)) {
      Lane lane = lanes.lane(0);
      TreeMap<Long, Integer> due = new TreeMap<>();
      for (int step = 0; step < 200; step++) {
        lanes.turn();
        long now = lane.nowNanos();
        due.headMap(now, true).clear();
        assertEquals(due.values().stream().mapToInt(i -> i).sum(), lane.timers().count());
        for (int i = random.nextInt(4); i > 0; i--) {
          long deadline = now + random.nextLong(2_000 * MILLI);
          due.merge(deadline, 1, Integer::sum);
          lane.timers()
              .schedule(deadline, fired -> assertTrue(fired >= deadline, "fired too early"));
        }
        lanes.advance(random.nextLong(random.nextBoolean() ? MILLI : 700 * MILLI));
      }
    }
  }

  @Test
  void shouldAllocateNothingInADutyCycle() {
    try (Lanes lanes = Lanes.stepped(1, START_MILLIS)) {
      Lane lane = lanes.lane(0);
      EnumCounters<LaneCount> counters = new EnumCounters<>(LaneCount.class);
      LatencyHistogram latency = new LatencyHistogram();
      LaneTimer timer = now -> counters.increment(LaneCount.BLOCKS);
      lane.add(
          new Agent() {
            @Override
            public int doWork() {
              counters.increment(LaneCount.CYCLES);
              latency.record(lane.nowNanos() & 0xFFFFF);
              lane.timers().schedule(lane.nowNanos() + MILLI, timer);
              lane.wakeup();
              return 1;
            }

            @Override
            public String roleName() {
              return "test";
            }
          });
      AllocationCheck.assertNoAllocation(
          100_000,
          () -> {
            lanes.advance(100_000);
            lanes.turn();
          });
      assertTrue(counters.get(LaneCount.BLOCKS) > 0);
    }
  }

  private record RecordingAgent(Lane lane, List<Integer> turned) implements Agent {
    @Override
    public int doWork() {
      turned.add(lane.index());
      return 0;
    }

    @Override
    public String roleName() {
      return "recording";
    }
  }
}
