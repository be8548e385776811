package io.adplatform.decision.choice;

import static io.adplatform.decision.choice.Demand.LEADERBOARD;
import static io.adplatform.decision.choice.Demand.MPU;
import static io.adplatform.decision.choice.Demand.NOW;
import static io.adplatform.decision.choice.Demand.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.AdRestrictions;
import io.adplatform.wire.catalogue.LineItem.Pacing;
import io.adplatform.wire.catalogue.LineItem.Participation;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.Daypart;
import io.adplatform.wire.targeting.Targeting;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private final AdQuery query = new AdQuery();
  private final Map<Long, String> verdicts = new LinkedHashMap<>();

  ExplanationTest() {
    query.addSize(300, 250);
    query.country(Country.pack("USA"));
    query.minuteOfWeek(0);
    query.floorCpmMicros(500_000);
  }

  @Test
  void shouldSayOfEveryLineItemWhyItFellOut() {
    Instant now = Instant.ofEpochMilli(NOW);
    Targeting inGermany = new Targeting(Map.of("country", List.of("DEU")), Map.of(), List.of());
    Targeting notHere = new Targeting(Map.of(), Map.of("country", List.of("USA")), List.of());
    Targeting onSundays =
        new Targeting(Map.of(), Map.of(), List.of(new Daypart(List.of("SUN"), "00:00", "24:00")));
    CatalogueSnapshot snapshot =
        new Demand()
            .add(lineItem(100, 2_000_000, Targeting.ANY, MPU))
            .add(lineItem(101, 1_500_000, Targeting.ANY, MPU))
            .add(lineItem(102, 9_000_000, inGermany, MPU))
            .add(lineItem(103, 9_000_000, notHere, MPU))
            .add(lineItem(104, 9_000_000, onSundays, MPU))
            .add(lineItem(105, 9_000_000, Targeting.ANY, LEADERBOARD))
            .add(lineItem(106, 400_000, Targeting.ANY, MPU))
            .add(lineItem(107, 9_000_000, Targeting.ANY, 999L))
            .add(Demand.flight(108, 9_000_000, null, now.minusMillis(1), Targeting.ANY, MPU))
            .add(Demand.flight(109, 9_000_000, now.plusMillis(1), null, Targeting.ANY, MPU))
            .compile();
    Explanation.explain(
        snapshot,
        query,
        NOW,
        1,
        2,
        (lineItem, reason, part) ->
            verdicts.put(lineItem.id(), part == null ? reason.name() : reason + " " + part));
    assertEquals(
        Map.of(
            100L, "NONE",
            101L, "OUTBID",
            102L, "TARGETING country",
            103L, "TARGETING country",
            104L, "TARGETING dayparts",
            105L, "SIZE",
            106L, "BELOW_FLOOR",
            107L, "NO_CREATIVE",
            108L, "SCHEDULE",
            109L, "SCHEDULE"),
        verdicts);
  }

  @Test
  void shouldTellTheWinnerThatChoosingFound() {
    Demand demand = new Demand();
    for (long id = 100; id < 140; id++) {
      demand.add(lineItem(id, 1_000_000 + id % 3, Targeting.ANY, MPU));
    }
    CatalogueSnapshot snapshot = demand.compile();
    Chooser chooser = new Chooser();
    Candidates candidates = new Candidates();
    for (long auction = 0; auction < 100; auction++) {
      chooser.choose(snapshot, query, null, NOW, 5, auction, candidates);
      verdicts.clear();
      Explanation.explain(
          snapshot,
          query,
          NOW,
          5,
          auction,
          (lineItem, reason, part) -> verdicts.put(lineItem.id(), reason.name()));
      assertEquals(40, verdicts.size());
      List<Long> ranked = List.copyOf(verdicts.keySet());
      for (int i = 0; i < candidates.count(); i++) {
        assertEquals(ranked.get(i), candidates.lineItemId(i));
        assertEquals(verdicts.get(ranked.get(i)), candidates.reason(i).name());
      }
      assertTrue(verdicts.containsValue(Reason.LOST_TIE.name()));
    }
  }

  @Test
  void shouldTellWhoWasPacedOutAsChoosingDid() {
    Demand demand = new Demand();
    for (long id = 100; id < 108; id++) {
      demand.add(lineItem(id, 1_000_000 + id % 3, Targeting.ANY, MPU).paced(Pacing.EVEN));
      demand.add(new Participation(id, 1, 300_000));
    }
    demand.add(lineItem(90, 900_000, Targeting.ANY, MPU));
    CatalogueSnapshot snapshot = demand.compile();
    Chooser chooser = new Chooser();
    Candidates candidates = new Candidates();
    int paced = 0;
    for (long auction = 0; auction < 1_000; auction++) {
      chooser.choose(snapshot, query, null, NOW, 5, auction, candidates);
      verdicts.clear();
      Explanation.explain(
          snapshot,
          query,
          NOW,
          5,
          auction,
          (lineItem, reason, part) -> verdicts.put(lineItem.id(), reason.name()));
      for (int i = 0; i < candidates.count(); i++) {
        assertEquals(verdicts.get(candidates.lineItemId(i)), candidates.reason(i).name());
      }
      assertTrue(!verdicts.get(90L).equals(Reason.PACED.name()));
      paced += verdicts.get(104L).equals(Reason.PACED.name()) ? 1 : 0;
    }
    assertEquals(700, paced, 50);
  }

  @Test
  void shouldGiveTheReasonsOfChoosingForWhatTheSellerRefuses() {
    CatalogueSnapshot snapshot =
        new Demand().add(lineItem(100, 2_000_000, Targeting.ANY, MPU)).compile();
    Map<Reason, Consumer<AdRestrictions>> restrictions =
        Map.of(
            Reason.CATEGORY_NOT_ALLOWED, all -> text("IAB1-3", all::allowCategory),
            Reason.BLOCKED_TYPE, all -> all.blockType(1),
            Reason.MIME_NOT_OFFERED, all -> text("image/png", all::admitMime),
            Reason.NONE, all -> text("IAB1", all::allowCategory));
    restrictions.forEach(
        (expected, restriction) -> {
          query.reset();
          query.addSize(300, 250);
          restriction.accept(query.restrictions());
          Candidates candidates = new Candidates();
          new Chooser().choose(snapshot, query, null, NOW, 1, 2, candidates);
          assertEquals(expected, candidates.reason());
          Explanation.explain(
              snapshot,
              query,
              NOW,
              1,
              2,
              (lineItem, reason, part) -> assertEquals(expected, reason));
        });
  }

  private static void text(String text, SpanSetter setter) {
    byte[] bytes = ("[" + text + "]").getBytes(StandardCharsets.UTF_8);
    setter.set(bytes, 1, bytes.length - 2);
  }

  private interface SpanSetter {
    void set(byte[] buffer, int offset, int length);
  }
}
