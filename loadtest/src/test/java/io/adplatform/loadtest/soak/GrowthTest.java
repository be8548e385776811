package io.adplatform.loadtest.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GrowthTest {
  private static final long MIB = 1_024;

  @Test
  void shouldFindNothingWhereAllStaysOrGrowsOnlyWhileItWarmsUp() {
    assertEquals(
        List.of(),
        grown(60, minute -> new Sample(Math.min(minute, 15) * 50 * MIB, 90 * MIB, 0, 80, 40)));
  }

  @Test
  void shouldFindWhatGrowsAllTheTime() {
    assertEquals(
        List.of("SERVICES: heap KiB after a collection grew from 124928 to 155648"),
        grown(60, minute -> new Sample(900 * MIB, (100 + minute) * MIB, 0, 80, 40)));
    assertEquals(1, grown(60, minute -> new Sample(900 * MIB, 0, 0, 80 + minute, 40)).size());
    assertEquals(1, grown(60, minute -> new Sample(900 * MIB, 0, 0, 80, 40 + minute)).size());
    assertEquals(1, grown(60, minute -> new Sample((300 + 3 * minute) * MIB, 0, 0, 80, 40)).size());
    assertEquals(1, grown(60, minute -> new Sample(0, 0, (50 + minute) * MIB, 80, 40)).size());
  }

  @Test
  void shouldNotJudgeByTooFewSamples() {
    assertEquals(1, grown(5, minute -> new Sample(1, 1, 1, 1, 1)).size());
  }

  @Test
  void shouldReadTheAnswersOfAJvm() {
    assertEquals(
        34_600,
        Sample.heapKib(
            """
            48251:
             PSYoungGen      total 458752K, used 33K [0x1, 0x2, 0x3)
              eden space 393216K, 0% used [0x1,0x2,0x3)
             ParOldGen       total 262144K, used 34567K [0x1, 0x2, 0x3)
             Metaspace       used 5000K, committed 5120K, reserved 1114112K
            """));
    assertEquals(
        200_000,
        Sample.nativeKib(
            """
            Total: reserved=3000000KB, committed=700000KB
            -                 Java Heap (reserved=1310720KB, committed=500000KB)
            """));
  }

  private static List<String> grown(int samples, LongFunction<Sample> of) {
    return Growth.beyondBounds(Part.SERVICES, LongStream.range(0, samples).mapToObj(of).toList());
  }
}
