package io.adplatform.loadtest.smoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the comparison makes of figures; the smoke run tests it on falsified events. */
class ComparisonTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Instant ONE = Instant.parse("2026-11-21T13:00:00Z");
  private static final Instant TWO = Instant.parse("2026-11-21T14:00:00Z");
  private static final Delivery SOME = new Delivery(9, 5, 3, 3, 1, 2, 1, 28_500, 21_000, 0, 3, 0);
  private static final Delivery MORE = new Delivery(4, 4, 2, 2, 1, 1, 1, 19_000, 14_000, 7, 1, 2);

  @Test
  void shouldBeSilentOnEqualFigures() {
    assertEquals(List.of(), Comparison.differences(tallied(), Report.hours(rows(SOME, MORE))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auctions",
        "bids",
        "wins",
        "impressions",
        "clicks",
        "views",
        "conversions",
        "overDeliveryMicros",
        "repeats",
        "invalid"
      })
  void shouldNameTheHourAndTheFigureThatDiffers(String figure) {
    ArrayNode rows = rows(SOME, MORE);
    long tallied = rows.path(1).path(figure).longValue();
    row(rows, 1).put(figure, tallied + 1);
    assertEquals(
        List.of(TWO + " " + figure + ": tallied " + tallied + ", reported " + (tallied + 1)),
        Comparison.differences(tallied(), Report.hours(rows)));
  }

  @Test
  void shouldTurnRedWhereAnEventStandsInAnotherHour() {
    Delivery moved = Delivery.impression(9_500, 7_000);
    assertEquals(
        6,
        Comparison.differences(tallied(), Report.hours(rows(SOME.minus(moved), MORE.plus(moved))))
            .size());
  }

  @Test
  void shouldTurnRedOnAnHourThatIsMissing() {
    SortedMap<Instant, Delivery> reported = Report.hours(rows(SOME, MORE));
    reported.remove(TWO);
    assertEquals(12, Comparison.differences(tallied(), reported).size());
  }

  @Test
  void shouldRefuseARowWithoutAFigureOrWithAMarginThatIsNotSpendLessCost() {
    ArrayNode rows = rows(SOME, MORE);
    row(rows, 0).put("marginMicros", 1);
    assertThrows(IllegalStateException.class, () -> Report.hours(rows));
    ArrayNode lacking = rows(SOME, MORE);
    row(lacking, 0).remove("repeats");
    assertThrows(IllegalStateException.class, () -> Report.hours(lacking));
  }

  @Test
  void shouldTakeTheCostOfAnAccountsRowsFromAnotherReport() {
    ArrayNode own = rows(SOME, MORE);
    own.forEach(row -> ((ObjectNode) row).remove(List.of("supplyCostMicros", "marginMicros")));
    ArrayNode without = own.deepCopy();
    assertEquals(tallied(), Report.hours(Report.withCost(own, rows(SOME, MORE))));
    SortedMap<Instant, Delivery> told = tallied();
    told.replaceAll((hour, delivery) -> delivery.withoutSupplyCost());
    assertEquals(told, Report.hours(Report.withCost(without, JSON.createArrayNode())));
    ArrayNode telling = rows(SOME, MORE);
    assertThrows(IllegalStateException.class, () -> Report.withCost(telling, telling));
  }

  private static SortedMap<Instant, Delivery> tallied() {
    return new TreeMap<>(Map.of(ONE, SOME, TWO, MORE));
  }

  private static ArrayNode rows(Delivery first, Delivery second) {
    return JSON.createArrayNode().add(row(ONE, first)).add(row(TWO, second));
  }

  private static ObjectNode row(ArrayNode rows, int number) {
    return (ObjectNode) rows.path(number);
  }

  private static JsonNode row(Instant hour, Delivery figures) {
    return JSON.createObjectNode()
        .put("hour", hour.toString())
        .put("auctions", figures.auctions())
        .put("bids", figures.bids())
        .put("wins", figures.wins())
        .put("impressions", figures.impressions())
        .put("clicks", figures.clicks())
        .put("views", figures.views())
        .put("conversions", figures.conversions())
        .put("spendMicros", figures.spendMicros())
        .put("supplyCostMicros", figures.supplyCostMicros())
        .put("marginMicros", figures.spendMicros() - figures.supplyCostMicros())
        .put("overDeliveryMicros", figures.overDeliveryMicros())
        .put("repeats", figures.repeats())
        .put("invalid", figures.invalid());
  }
}
