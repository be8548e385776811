package io.adplatform.decision.deal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.NaiveMatcher;
import io.adplatform.wire.catalogue.FloorRule;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.money.ExchangeRates;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.DeviceType;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The rule that is found is the one that looking at all of them finds. */
class FloorIndexPropertyTest {
  private static final Map<String, List<String>> VALUES =
      Map.of(
          "country", List.of("USA", "DEU"),
          "region", List.of("USA/CA", "USA/NY"),
          "deviceType", List.of("DESKTOP", "MOBILE", "PHONE"),
          "size", List.of("300x250", "728x90"));
  private static final List<String> PLACEMENTS = List.of("top", "side", "foot");
  private static final List<String> ORDER =
      List.of("size", "formats", "deviceType", "region", "country");

  private final List<FloorRule> rules = new ArrayList<>();
  private final AdQuery query = new AdQuery();

  @Property(seed = "2026", tries = 2_000)
  void shouldFindTheMostSpecificRuleAndOfThoseTheHighest(@ForAll Random random) {
    rules.clear();
    int count = random.nextInt(12);
    for (int i = 0; i < count; i++) {
      rules.add(rule(random, 1 + i));
    }
    FloorIndex index = new FloorIndex(rules, ExchangeRates.NONE);
    for (int i = 0; i < 8; i++) {
      ask(random);
      String placement = random.nextBoolean() ? "" : pick(random, PLACEMENTS);
      Format format = pick(random, List.of(Format.values()));
      byte[] bytes = ("x" + placement).getBytes(StandardCharsets.UTF_8);
      FloorTerms found = index.find(33, bytes, 1, bytes.length - 1, query, FloorTerms.bit(format));
      assertEquals(naive(placement, format), found == null ? null : found.rule());
    }
  }

  private FloorRule rule(Random random, long id) {
    List<Format> formats =
        random.nextInt(3) > 0 ? List.of() : List.of(pick(random, List.of(Format.values())));
    return new FloorRule(
        id,
        1,
        "Rule",
        random.nextInt(8) == 0 ? Status.PAUSED : Status.ACTIVE,
        random.nextInt(8) == 0 ? 34 : 33,
        random.nextBoolean() ? List.of() : List.of(pick(random, PLACEMENTS), "none"),
        new Targeting(some(random, 3), some(random, 8), List.of()),
        formats,
        1 + random.nextInt(3),
        "USD");
  }

  private static Map<String, List<String>> some(Random random, int seldom) {
    Map<String, List<String>> some = new HashMap<>();
    VALUES.forEach(
        (name, values) -> {
          if (random.nextInt(seldom) == 0) {
            some.put(name, List.of(pick(random, values)));
          }
        });
    return some;
  }

  private void ask(Random random) {
    query.reset();
    if (random.nextInt(5) > 0) {
      query.country(Country.pack(pick(random, VALUES.get("country"))));
      byte[] region = pick(random, List.of("CA", "NY", "")).getBytes(StandardCharsets.UTF_8);
      query.region(region, 0, region.length);
    }
    query.deviceType(pick(random, List.of(DeviceType.values())).code());
    if (random.nextBoolean()) {
      query.addSize(300, 250);
    }
    if (random.nextBoolean()) {
      query.addSize(728, 90);
    }
  }

  private FloorRule naive(String placement, Format format) {
    NaiveMatcher matcher = new NaiveMatcher(query);
    return rules.stream()
        .filter(rule -> rule.status() == Status.ACTIVE && rule.supplyPartnerId() == 33)
        .filter(rule -> rule.placements().isEmpty() || rule.placements().contains(placement))
        .filter(rule -> rule.formats().isEmpty() || rule.formats().contains(format))
        .filter(rule -> matcher.firstMismatch(rule.targeting()) == null)
        .max(
            Comparator.comparing(FloorIndexPropertyTest::conditions)
                .thenComparingLong(FloorRule::floorCpmMicros)
                .thenComparing(Comparator.comparingLong(FloorRule::id).reversed()))
        .orElse(null);
  }

  /**
   * A letter for each condition, weightiest first: of two rules the greater text is more specific.
   */
  private static String conditions(FloorRule rule) {
    StringBuilder conditions = new StringBuilder(rule.placements().isEmpty() ? "a" : "b");
    for (String name : ORDER) {
      boolean named =
          name.equals("formats")
              ? !rule.formats().isEmpty()
              : rule.targeting().include().containsKey(name)
                  || rule.targeting().exclude().containsKey(name);
      conditions.append(named ? 'b' : 'a');
    }
    return conditions.toString();
  }

  private static <T> T pick(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
