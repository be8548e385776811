package io.adplatform.decision.choice;

import static io.adplatform.decision.choice.Demand.MPU;
import static io.adplatform.decision.choice.Demand.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.targeting.Country;
import io.adplatform.wire.targeting.Targeting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The probe finds just those that explaining says could bid, and that have caps. */
class CapProbeTest {
  private static final FrequencyCap CAP = new FrequencyCap(3, 3_600);
  private static final Set<Reason> ABLE = Set.of(Reason.NONE, Reason.OUTBID, Reason.LOST_TIE);

  private final AdQuery query = new AdQuery();
  private final CapLookup lookup = new CapLookup();
  private final CapProbe probe = new CapProbe();

  private static LineItem lineItem(long id, long bid, String country, boolean capped) {
    LineItem item =
        Demand.lineItem(
            id, bid, new Targeting(Map.of("country", List.of(country)), Map.of(), List.of()), MPU);
    return new LineItem(
        id,
        item.accountId(),
        item.advertiserId(),
        item.campaignId(),
        item.name(),
        item.status(),
        bid,
        item.creativeIds(),
        item.budget(),
        null,
        null,
        item.targeting(),
        capped ? List.of(CAP) : List.of(),
        LineItem.Pacing.ASAP);
  }

  private void ask(String country, long floor) {
    query.reset();
    query.addSize(300, 250);
    query.currency(CurrencyCode.USD);
    byte[] text = country.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    query.country(Country.pack(text, 0, text.length));
    query.floorCpmMicros(floor);
  }

  @Test
  void shouldFindThoseWithCapsThatCouldBid() {
    SplittableRandom random = new SplittableRandom(38);
    List<String> countries = List.of("USA", "CAN", "DEU");
    int found = 0;
    for (int round = 0; round < 40; round++) {
      Demand demand = new Demand();
      int size = round % 4 == 0 ? 5_000 : 200;
      for (long id = 100; id < 100 + size; id++) {
        demand.add(
            lineItem(
                id,
                1_000_000L + 10_000 * random.nextInt(50),
                countries.get(random.nextInt(3)),
                random.nextInt(40) == 0));
      }
      CatalogueSnapshot snapshot = demand.compile();
      ask(countries.get(random.nextInt(3)), 1_000_000L + 10_000 * random.nextInt(50));
      List<Long> expected = expected(snapshot);
      lookup.begin(NOW, 1, round, true);
      int added = probe.collect(snapshot, query, NOW, 1, round, 0, lookup);
      assertEquals(expected.size(), added);
      assertEquals(added, lookup.count());
      lookup.asked();
      lookup.answered();
      for (long id : expected) {
        assertEquals(Reason.FREQUENCY_CAPPED, lookup.verdict(0, id));
      }
      found += added;
    }
    assertTrue(found > 50, "found " + found);
  }

  /** The best of them, by ordinal. */
  private List<Long> expected(CatalogueSnapshot snapshot) {
    Set<Long> able = new HashSet<>();
    Explanation.explain(
        snapshot,
        query,
        NOW,
        1,
        1,
        (item, reason, part) -> {
          if (ABLE.contains(reason) && !item.frequencyCaps().isEmpty()) {
            able.add(item.id());
          }
        });
    List<Long> best = new ArrayList<>();
    for (int ordinal = 0; ordinal < snapshot.lineItems().count(); ordinal++) {
      if (able.contains(snapshot.lineItems().id(ordinal)) && best.size() < CapProbe.MAX_PER_IMP) {
        best.add(snapshot.lineItems().id(ordinal));
      }
    }
    return best;
  }

  @Test
  void shouldKnowTheCapsOfLineItemsThatCannotServeAnyMore() {
    Demand demand = new Demand();
    LineItem capped = lineItem(100, 1_000_000, "USA", true);
    demand.add(capped);
    CatalogueSnapshot serving = demand.compile();
    assertEquals(1, serving.caps().scopes(0).length);
    assertEquals(1, serving.caps().scopesOf(100).length);
    demand.add(
        new LineItem(
            100,
            capped.accountId(),
            capped.advertiserId(),
            capped.campaignId(),
            capped.name(),
            io.adplatform.wire.catalogue.Status.PAUSED,
            capped.bidCpmMicros(),
            capped.creativeIds(),
            capped.budget(),
            null,
            null,
            capped.targeting(),
            capped.frequencyCaps(),
            capped.pacing()));
    CatalogueSnapshot paused = demand.compile();
    assertTrue(paused.caps().isEmpty());
    assertEquals(1, paused.caps().scopesOf(100).length);
    assertNull(paused.caps().scopesOf(101));
    assertEquals(Set.of(100L), new TreeSet<>(List.of(paused.idle().getFirst().lineItem().id())));
  }
}
