package io.adplatform.loadtest.smoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  private final Delivery tallied = new Delivery(5, 3, 3, 1, 28_500, 21_000, 3);

  @Test
  void shouldBeSilentOnEqualFigures() throws JsonProcessingException {
    assertEquals(List.of(), tallied.differences(reported(5, 3, 3, 1, 28_500, 21_000, 3)));
  }

  @Test
  void shouldTurnRedOnAnAlteredCharge() throws JsonProcessingException {
    assertEquals(
        List.of("spendMicros: tallied 28500, reported 28501"),
        tallied.differences(reported(5, 3, 3, 1, 28_501, 21_000, 3)));
  }

  @Test
  void shouldTurnRedOnADroppedEvent() throws JsonProcessingException {
    assertEquals(3, tallied.differences(reported(5, 3, 2, 1, 19_000, 14_000, 3)).size());
  }

  @Test
  void shouldTurnRedOnADoubledEvent() throws JsonProcessingException {
    assertEquals(3, tallied.differences(reported(5, 3, 4, 1, 38_000, 28_000, 3)).size());
  }

  @Test
  void shouldTurnRedOnARepeatThatWasNotSeenAsOne() throws JsonProcessingException {
    assertEquals(
        List.of("clicks: tallied 1, reported 2", "repeats: tallied 3, reported 2"),
        tallied.differences(reported(5, 3, 3, 2, 28_500, 21_000, 2)));
  }

  @Test
  void shouldRefuseAMarginThatIsNotSpendLessCost() {
    String row = "{\"items\":[{\"spendMicros\":5,\"supplyCostMicros\":3,\"marginMicros\":1}]}";
    assertThrows(
        IllegalStateException.class, () -> Delivery.ofReport(new JsonMapper().readTree(row)));
  }

  /** A report that shows the figures in two rows. */
  private static Delivery reported(
      long bids, long wins, long impressions, long clicks, long spend, long cost, long repeats)
      throws JsonProcessingException {
    return Delivery.ofReport(
        new JsonMapper()
            .readTree(
                "{\"items\":["
                    + row(
                        new Delivery(
                            bids, wins, impressions - 1, clicks, spend - 10, cost - 7, repeats))
                    + ","
                    + row(new Delivery(0, 0, 1, 0, 10, 7, 0))
                    + "]}"));
  }

  private static String row(Delivery figures) {
    return """
    {"bids":%d,"wins":%d,"impressions":%d,"clicks":%d,"spendMicros":%d,\
    "supplyCostMicros":%d,"marginMicros":%d,"repeats":%d}\
    """
        .formatted(
            figures.bids(),
            figures.wins(),
            figures.impressions(),
            figures.clicks(),
            figures.spendMicros(),
            figures.supplyCostMicros(),
            figures.spendMicros() - figures.supplyCostMicros(),
            figures.repeats());
  }
}
