package io.adplatform.wire.money;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.RoundingMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpmTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "499, 0",
    "500, 0",
    "501, 1",
    "1500, 2",
    "2500, 2",
    "2501, 3",
    "2500000, 2500",
    "9223372036854775807, 9223372036854776"
  })
  void shouldRoundTheChargeOfAnImpressionHalfEven(long cpmMicros, long charge) {
    assertEquals(charge, Cpm.perImpression(cpmMicros));
  }

  @Property(seed = "2026")
  void shouldChargeAThousandthHalfEven(@ForAll @LongRange(min = 0) long cpmMicros) {
    BigDecimal exact = BigDecimal.valueOf(cpmMicros, 3);

    assertEquals(
        exact.setScale(0, RoundingMode.HALF_EVEN).longValueExact(), Cpm.perImpression(cpmMicros));
  }

  @Property(seed = "2026")
  void shouldKeepAtLeastTheAgreedMargin(
      @ForAll @LongRange(min = 0, max = Decimal.MAX_MICROS) long cpmMicros,
      @ForAll @IntRange(min = 0, max = Cpm.BASIS_POINTS - 1) int marginBasisPoints) {
    BigDecimal kept =
        BigDecimal.valueOf(cpmMicros)
            .multiply(BigDecimal.valueOf(Cpm.BASIS_POINTS - marginBasisPoints))
            .movePointLeft(4);

    assertEquals(
        kept.setScale(0, RoundingMode.DOWN).longValueExact(),
        Cpm.lessMargin(cpmMicros, marginBasisPoints));
  }
}
