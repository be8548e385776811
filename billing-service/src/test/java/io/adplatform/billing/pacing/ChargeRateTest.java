package io.adplatform.billing.pacing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.billing.pacing.ChargeRate.Measured;
import io.adplatform.wire.catalogue.BidModel;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChargeRateTest {
  private static final long CHARGE = 10_000;
  private static final long HIGHEST_CHARGE = 10_000_000_000L;
  private static final int LOOKS = 200;

  /** Counted while a charge cost the same all the time, and impressions cost what they brought. */
  private static Measured counted(long impressions, long charges, long chargeMicros) {
    long earned = charges * chargeMicros;
    return new Measured(impressions, charges, earned, chargeMicros, earned, earned);
  }

  @ParameterizedTest
  @EnumSource(value = BidModel.class, mode = EnumSource.Mode.EXCLUDE, names = "CPM")
  void shouldBeginWithThePriorAndEndWithWhatIsMeasured(BidModel model) {
    assertEquals(
        model.priorPerMillion(), ChargeRate.perMillion(model, CHARGE, counted(0, 0, CHARGE)));
    int doubled = 2 * model.priorPerMillion();
    long impressions = 1_000 * 1_000_000L / doubled;
    Measured measured = counted(impressions, 1_000, CHARGE);
    assertEquals(doubled, ChargeRate.perMillion(model, CHARGE, measured), doubled / 100 + 1);
  }

  @Test
  void shouldNotBelieveTheFirstClick() {
    long charge = 400_000;
    assertEquals(
        6 * 1_000_000 / 5_001, ChargeRate.perMillion(BidModel.CPC, charge, counted(1, 1, charge)));
    assertEquals(
        5 * 1_000_000 / 5_100,
        ChargeRate.perMillion(BidModel.CPC, charge, counted(100, 0, charge)));
  }

  @Test
  void shouldBelieveNoHighPriceBeforeItWasPaidOften() {
    long charge = HIGHEST_CHARGE;
    assertEquals(2, ChargeRate.perMillion(BidModel.CPA, charge, counted(0, 0, charge)));
    long most = ChargeRate.PROVEN_CHARGES;
    assertEquals(2, ChargeRate.perMillion(BidModel.CPA, charge, counted(100, most - 1, charge)));
    assertTrue(ChargeRate.perMillion(BidModel.CPA, charge, counted(100, most, charge)) > 2);
  }

  @Property(seed = "2026")
  void shouldStayWithinItsBounds(
      @ForAll BidModel model,
      @ForAll @LongRange(min = 0, max = 20_000_000) long impressions,
      @ForAll @LongRange(min = 0, max = 20_000_000) long charges,
      @ForAll @LongRange(min = 1, max = 400_000) long chargeMicros) {
    int rate =
        ChargeRate.perMillion(model, chargeMicros, counted(impressions, charges, chargeMicros));
    int most = model == BidModel.VCPM ? 1_000_000 : ChargeRate.MAX_RESPONSES_PER_MILLION;
    assertTrue(rate >= 1 && rate <= most, model + ": " + rate);
  }

  /** Whatever was counted at whatever price: what an impression did not bring it does not bid. */
  @Property(seed = "2026")
  void shouldExpectNoMoreOfAnImpressionThanItBrought(
      @ForAll @LongRange(min = 0, max = 10_000_000) long impressions,
      @ForAll @LongRange(min = 0, max = 100_000) long charges,
      @ForAll @LongRange(min = 1, max = 10_000_000) long paidMicros,
      @ForAll @LongRange(min = 1, max = HIGHEST_CHARGE) long chargeMicros) {
    Measured measured = counted(impressions, charges, paidMicros);
    int rate = ChargeRate.perMillion(BidModel.CPC, chargeMicros, measured);
    long before = 5_000_000 / BidModel.CPC.priorPerMillion(paidMicros);
    long brought = (charges + 5) * paidMicros * 1_000 / (impressions + before);
    // Less than one charge in a million cannot be told.
    long least = chargeMicros / 1_000;
    long cpm = BidModel.CPC.effectiveCpmMicros(chargeMicros, rate);
    assertTrue(cpm <= Math.max(brought, least), cpm + " > " + brought);
    if (charges < ChargeRate.PROVEN_CHARGES) {
      assertTrue(cpm <= Math.max(BidModel.UNPROVEN_CPM_MICROS, least), "unproven at " + cpm);
    }
  }

  /**
   * An adversary sets the price, and says how many of its impressions are charged, as it likes; it
   * wins as much as it can at each price, and may change it after each look at the rates.
   */
  @Property(seed = "2026", tries = 300)
  void shouldLoseNoMoreThanAllowedAndWhatIsBoughtBetweenTwoLooks(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BidModel model = BidModel.values()[1 + random.nextInt(3)];
    Measured of = new Measured(0, 0, 0, HIGHEST_CHARGE, 0, 0);
    Integer told = null;
    Long toldMicros = null;
    long charge = 1;
    long dearestLook = 0;
    for (int look = 0; look < LOOKS; look++) {
      if (random.nextInt(3) == 0) {
        charge = (long) Math.pow(10, random.nextDouble() * 10);
      }
      long cpm =
          Math.min(
              charge * model.chargesPerMillion(charge, told, toldMicros) / 1_000,
              BidModel.MAX_CPM_MICROS);
      long impressions = cpm == 0 ? 0 : random.nextInt(50_000);
      // Cheap charges are its own; dear ones it avoids, all but some.
      boolean charged = charge < 100_000 || random.nextInt(50) == 0;
      long charges = charged ? Math.min(impressions, random.nextInt(2_000)) : 0;
      long cost = impressions * cpm / 1_000;
      dearestLook = Math.max(dearestLook, cost);
      of =
          new Measured(
              of.impressions() + impressions,
              of.charges() + charges,
              of.earnedMicros() + charges * charge,
              impressions == 0 ? of.priorMicros() : Math.min(of.priorMicros(), charge),
              of.chargedMicros() + charges * charge,
              of.costMicros() + cost);
      long bound = Math.max(500_000_000, of.chargedMicros() / 5) + dearestLook;
      long loss = of.costMicros() - of.chargedMicros();
      assertTrue(loss <= bound, model + " lost " + loss + " of " + of + ", look " + look);
      told = ChargeRate.perMillion(model, charge, of);
      toldMicros = charge;
      assertEquals(of.isStopped(), told == 0);
    }
  }

  @Test
  void shouldAllowALossByWhatAChargeCostAtLeastAndByWhatWasCharged() {
    assertEquals(50_000_000, ChargeRate.allowedLossMicros(1_000, 0));
    assertEquals(120_000_000, ChargeRate.allowedLossMicros(40_000_000, 0));
    assertEquals(500_000_000, ChargeRate.allowedLossMicros(HIGHEST_CHARGE, 0));
    assertEquals(2_000_000_000, ChargeRate.allowedLossMicros(HIGHEST_CHARGE, HIGHEST_CHARGE));
    Measured stopped = new Measured(9_000, 0, 0, 1_000, 0, 50_000_001);
    assertEquals(0, ChargeRate.perMillion(BidModel.CPC, 1_000, stopped));
  }

  @Test
  void shouldTellWhatMovedByMoreThanASixteenth() {
    assertFalse(ChargeRate.tells(1_000, 1_000));
    assertFalse(ChargeRate.tells(1_062, 1_000));
    assertTrue(ChargeRate.tells(1_063, 1_000));
    assertTrue(ChargeRate.tells(937, 1_000));
  }
}
