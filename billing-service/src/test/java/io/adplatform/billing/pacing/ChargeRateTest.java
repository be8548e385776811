package io.adplatform.billing.pacing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.BidModel;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChargeRateTest {
  @ParameterizedTest
  @EnumSource(value = BidModel.class, mode = EnumSource.Mode.EXCLUDE, names = "CPM")
  void shouldBeginWithThePriorAndEndWithWhatIsMeasured(BidModel model) {
    assertEquals(model.priorPerMillion(), ChargeRate.perMillion(model, 0, 0));
    int doubled = 2 * model.priorPerMillion();
    long impressions = 1_000 * 1_000_000L / doubled;
    assertEquals(doubled, ChargeRate.perMillion(model, impressions, 1_000), doubled / 100 + 1);
  }

  @Test
  void shouldNotBelieveTheFirstClick() {
    assertEquals(6 * 1_000_000 / 5_001, ChargeRate.perMillion(BidModel.CPC, 1, 1));
    assertEquals(5 * 1_000_000 / 5_100, ChargeRate.perMillion(BidModel.CPC, 100, 0));
  }

  @Property(seed = "2026")
  void shouldStayWithinItsBounds(
      @ForAll BidModel model,
      @ForAll @LongRange(min = 0, max = 20_000_000) long impressions,
      @ForAll @LongRange(min = 0, max = 20_000_000) long charges) {
    int rate = ChargeRate.perMillion(model, impressions, charges);
    int most = model == BidModel.VCPM ? 1_000_000 : ChargeRate.MAX_RESPONSES_PER_MILLION;
    assertTrue(rate >= 1 && rate <= most, model + ": " + rate);
  }

  @Test
  void shouldTellWhatMovedByMoreThanASixteenth() {
    assertFalse(ChargeRate.tells(1_000, 1_000));
    assertFalse(ChargeRate.tells(1_062, 1_000));
    assertTrue(ChargeRate.tells(1_063, 1_000));
    assertTrue(ChargeRate.tells(937, 1_000));
  }
}
