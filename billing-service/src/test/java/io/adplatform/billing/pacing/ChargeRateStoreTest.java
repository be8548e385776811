package io.adplatform.billing.pacing;

import static io.adplatform.billing.TestBudgets.LINE_ITEM;
import static io.adplatform.billing.TestBudgets.advertiser;
import static io.adplatform.billing.TestBudgets.campaign;
import static io.adplatform.billing.TestBudgets.lineItem;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.billing.TestBudgets;
import io.adplatform.billing.TestClock;
import io.adplatform.billing.settlement.SettledMessages;
import io.adplatform.billing.settlement.SettledMessages.Impression;
import io.adplatform.billing.settlement.TestSettlement;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.CatalogueKind;
import io.adplatform.wire.sbe.Disposition;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From settled events to what the catalogue is told, on a real PostgreSQL. */
class ChargeRateStoreTest {
  private static final long PER_CLICK = LINE_ITEM;
  private static final long PER_MILLE = LINE_ITEM + 1;
  private static final TestBudgets BUDGETS = new TestBudgets();

  private final TestClock clock = new TestClock("2027-03-01T12:00:00Z");
  private final TestSettlement settlement =
      new TestSettlement(BUDGETS.database.transactions(), 2, clock);
  private long next;

  @BeforeEach
  void publish() throws SQLException {
    BUDGETS.clear();
    next = BUDGETS.number("SELECT coalesce(max(next_offset), 0) FROM settled_offset");
    BUDGETS.publish(
        advertiser("UTC"),
        campaign(Budget.UNBOUNDED),
        lineItem(PER_CLICK, Budget.UNBOUNDED).priced(BidModel.CPC, 400_000),
        lineItem(PER_MILLE, Budget.UNBOUNDED));
  }

  @AfterAll
  static void close() {
    BUDGETS.close();
  }

  private void settle(long lineItem, int impressions, int clicks, Disposition judged)
      throws SQLException {
    List<byte[]> messages = new ArrayList<>();
    Impression impression =
        new Impression(clock.millis(), lineItem, 50, 840, 0, 2_000, 0, Disposition.COUNTED);
    Impression click = new Impression(clock.millis(), lineItem, 50, 840, 400_000, 0, 0, judged);
    for (int i = 0; i < impressions; i++) {
      messages.add(impression.message());
    }
    for (int i = 0; i < clicks; i++) {
      messages.add(SettledMessages.click(click.message()));
    }
    settlement.count(0, next, messages);
    next += messages.size();
  }

  /** What campaign-service is told after a step. */
  private List<PacingStore.Changed> told(long after) throws SQLException {
    new Pacer(BUDGETS.database.transactions(), 2, clock).step();
    return BUDGETS
        .database
        .transactions()
        .forService(
            handle -> new PostgresPacingStore(handle.getConnection()).changedAfter(after, 10));
  }

  @Test
  void shouldTellWhatIsMeasuredOfThoseThatDoNotPayForImpressions() throws SQLException {
    settle(PER_CLICK, 995, 7, Disposition.COUNTED);
    settle(PER_MILLE, 100, 10, Disposition.COUNTED);
    List<PacingStore.Changed> told = told(0);
    assertEquals(1, told.size(), told.toString());
    assertEquals(PER_CLICK, told.getFirst().lineItemId());
    assertEquals(null, told.getFirst().participation());
    assertEquals(12 * 1_000_000 / 5_995, told.getFirst().chargesPerMillion());
    // A little more changes nothing worth telling, much more does.
    settle(PER_CLICK, 5, 0, Disposition.COUNTED);
    long revision = told.getFirst().revision();
    assertEquals(List.of(), told(revision));
    settle(PER_CLICK, 4_000, 0, Disposition.COUNTED);
    assertEquals(1_200, told(revision).getFirst().chargesPerMillion());
  }

  @Test
  void shouldCountNoRepeatsAndNothingTwice() throws SQLException {
    settle(PER_CLICK, 10, 3, Disposition.REPEAT);
    settlement.count(0, next - 13, List.of(new byte[0]));
    assertEquals(10, BUDGETS.number("SELECT impressions FROM charge_rate"));
    assertEquals(0, BUDGETS.number("SELECT charges FROM charge_rate"));
    assertEquals(List.of(), told(0));
  }

  /**
   * A late impression is shown and paid for, and its click may be in time: both are of the rate.
   */
  @Test
  void shouldCountImpressionsThatCameLateAndNoLateClicks() throws SQLException {
    Impression late =
        new Impression(clock.millis(), PER_CLICK, 50, 840, 0, 2_000, 0, Disposition.LATE);
    Impression over =
        new Impression(clock.millis(), PER_CLICK, 50, 840, 0, 0, 400_000, Disposition.LATE);
    List<byte[]> messages = List.of(late.message(), SettledMessages.click(over.message()));
    settlement.count(0, next, messages);
    next += messages.size();
    settle(PER_CLICK, 0, 1, Disposition.COUNTED);
    assertEquals(1, BUDGETS.number("SELECT impressions FROM charge_rate"));
    assertEquals(1, BUDGETS.number("SELECT charges FROM charge_rate"));
    assertEquals(0, BUDGETS.number("SELECT cost_micros FROM charge_rate"));
  }

  @Test
  void shouldCountNothingOfLineItemsThatAreGone() throws SQLException {
    BUDGETS.delete(new CatalogueKey(CatalogueKind.LINE_ITEM, PER_CLICK));
    settle(PER_CLICK, 10, 1, Disposition.COUNTED);
    assertEquals(0, BUDGETS.number("SELECT count(*) FROM charge_rate"));
  }

  /** Rows that settlement is adding to are locked in its order, and held until it commits. */
  @Test
  @Timeout(120)
  void shouldPassOverWhatSettlementIsAddingTo() throws Exception {
    long other = LINE_ITEM + 2;
    BUDGETS.publish(lineItem(other, Budget.UNBOUNDED).priced(BidModel.CPC, 400_000));
    settle(PER_CLICK, 4_000, 40, Disposition.COUNTED);
    settle(other, 4_000, 40, Disposition.COUNTED);
    List<PacingStore.Changed> told = new ArrayList<>();
    try (ExecutorService stepping = Executors.newSingleThreadExecutor()) {
      BUDGETS
          .database
          .transactions()
          .forService(
              handle -> {
                ChargeRateStore.Counts counts = new ChargeRateStore.Counts();
                counts.impressions = 1;
                new ChargeRateStore(handle.getConnection()).add(Map.of(PER_CLICK, counts));
                // In a transaction of its own, which must not wait for this one.
                told.addAll(stepping.submit(() -> told(0)).get(60, TimeUnit.SECONDS));
                return null;
              });
    }
    assertEquals(List.of(other), told.stream().map(PacingStore.Changed::lineItemId).toList());
    assertEquals(PER_CLICK, told(told.getFirst().revision()).getFirst().lineItemId());
  }

  /** Clicks at forty cents are not worth four hundred each, however many there were. */
  @Test
  void shouldExpectNoMoreOfAnImpressionWhereTheChargeIsRaised() throws SQLException {
    settle(PER_CLICK, 5_000, 45, Disposition.COUNTED);
    PacingStore.Changed cheap = told(0).getFirst();
    assertEquals(5_000, cheap.chargesPerMillion());
    assertEquals(400_000, cheap.chargeMicros());
    BUDGETS.publish(lineItem(PER_CLICK, Budget.UNBOUNDED).priced(BidModel.CPC, 400_000_000));
    PacingStore.Changed dear = told(cheap.revision()).getFirst();
    assertEquals(2, dear.chargesPerMillion());
    assertEquals(400_000_000, dear.chargeMicros());
    // Ten charges of 5,000 / 45 impressions each are left of what was counted.
    assertEquals(10, BUDGETS.number("SELECT charges FROM charge_rate"));
    assertEquals(1_111, BUDGETS.number("SELECT impressions FROM charge_rate"));
    assertEquals(4_000_000, BUDGETS.number("SELECT earned_micros FROM charge_rate"));
    assertEquals(18_000_000, BUDGETS.number("SELECT charged_micros FROM charge_rate"));
    assertEquals(List.of(), told(dear.revision()));
    BUDGETS.publish(lineItem(PER_CLICK, Budget.UNBOUNDED).priced(BidModel.CPC, 200_000));
    assertEquals(200_000, told(dear.revision()).getFirst().chargeMicros());
  }

  @Test
  void shouldStopWhatHasLostMoreThanItMayUntilItIsChargedForIt() throws SQLException {
    List<byte[]> dear = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      dear.add(Impression.of(clock.millis(), PER_CLICK, 50, 0, 30_000).message());
    }
    settlement.count(0, next, dear);
    next += dear.size();
    assertEquals(60_000_000, BUDGETS.number("SELECT cost_micros FROM charge_rate"));
    PacingStore.Changed stopped = told(0).getFirst();
    assertEquals(0, stopped.chargesPerMillion());
    settle(PER_CLICK, 0, 24, Disposition.COUNTED);
    assertEquals(List.of(), told(stopped.revision()));
    settle(PER_CLICK, 0, 1, Disposition.COUNTED);
    assertEquals(30 * 1_000_000 / 7_000, told(stopped.revision()).getFirst().chargesPerMillion());
  }

  @Test
  void shouldForgetLineItemsThatAreGone() throws SQLException {
    settle(PER_CLICK, 1_000, 20, Disposition.COUNTED);
    BUDGETS.delete(new CatalogueKey(CatalogueKind.LINE_ITEM, PER_CLICK));
    assertEquals(List.of(), told(0));
    assertEquals(0, BUDGETS.number("SELECT count(*) FROM charge_rate"));
  }
}
