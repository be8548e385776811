package io.adplatform.loadtest.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DamageTest {
  private final Damage damage = new Damage(null);

  @Test
  void shouldKeepWhatAProcessCountedBeforeItWasStruck() {
    damage.take(all(0));
    assertEquals(List.of(), damage.found());
    damage.take(Map.of(Damage.COUNTERS.getFirst(), 2.0));
    damage.take(all(0));
    assertEquals(List.of(Damage.COUNTERS.getFirst() + " is 2.0"), damage.found());
  }

  @Test
  void shouldNotTakeACounterThatNobodyTellsForNone() {
    Map<String, Double> some = all(0);
    some.remove(Damage.COUNTERS.getLast());
    damage.take(some);
    assertEquals(List.of(Damage.COUNTERS.getLast() + " is not told"), damage.found());
  }

  private static Map<String, Double> all(double value) {
    Map<String, Double> metrics = new HashMap<>();
    Damage.COUNTERS.forEach(counter -> metrics.put(counter, value));
    return metrics;
  }
}
