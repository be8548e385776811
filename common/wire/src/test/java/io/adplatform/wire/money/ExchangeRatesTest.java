package io.adplatform.wire.money;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeRatesTest {
  private static final int EUR = CurrencyCode.numeric("EUR");
  private static final int JPY = CurrencyCode.numeric("JPY");
  private static final int KWD = CurrencyCode.numeric("KWD");

  private final ExchangeRates rates =
      ExchangeRates.of(Map.of("EUR", "0.92", "JPY", "155.5", "KWD", "zero", "???", "2"));

  @ParameterizedTest
  @CsvSource({
    "1000000, USD, EUR, 920000",
    "920000, EUR, USD, 1000000",
    "1, USD, EUR, 1",
    "1000000, EUR, JPY, 169021739",
    "25, USD, EUR, 23",
    "1000000000000, USD, EUR, 920000000000",
    "0, JPY, EUR, 0"
  })
  void shouldConvertPoint18(long micros, String from, String to, long converted) {
    assertEquals(
        converted, rates.convert(micros, CurrencyCode.numeric(from), CurrencyCode.numeric(to)));
  }

  @Test
  void shouldRoundAHalfToTheEvenMicro() {
    ExchangeRates half = ExchangeRates.of(Map.of("EUR", "0.5"));

    assertEquals(2, half.convert(3, CurrencyCode.USD, EUR));
    assertEquals(2, half.convert(5, CurrencyCode.USD, EUR));
    assertEquals(4, half.convert(7, CurrencyCode.USD, EUR));
  }

  @Test
  void shouldLeaveAPriceOfTheSameCurrencyAsItIs() {
    assertEquals(7, rates.convert(7, EUR, EUR));
    assertEquals(7, ExchangeRates.NONE.convert(7, KWD, KWD));
    assertEquals(7, ExchangeRates.NONE.convert(7, CurrencyCode.USD, CurrencyCode.USD));
  }

  @Test
  void shouldNotGuessARateThatIsMissing() {
    assertEquals(ExchangeRates.UNKNOWN, rates.convert(7, EUR, KWD));
    assertEquals(ExchangeRates.UNKNOWN, rates.convert(7, KWD, EUR));
    assertEquals(ExchangeRates.UNKNOWN, rates.convert(7, EUR, CurrencyCode.numeric("CHF")));
    assertEquals(ExchangeRates.UNKNOWN, rates.convert(7, EUR, CurrencyCode.UNKNOWN));
    assertEquals(
        ExchangeRates.UNKNOWN, rates.convert(7, CurrencyCode.UNKNOWN, CurrencyCode.UNKNOWN));
    assertEquals(ExchangeRates.UNKNOWN, rates.convert(7, 1_000, EUR));
    assertEquals(ExchangeRates.UNKNOWN, ExchangeRates.NONE.convert(7, CurrencyCode.USD, EUR));
  }

  @Test
  void shouldNotAnswerAPriceThatIsTooLarge() {
    assertEquals(ExchangeRates.UNKNOWN, rates.convert(Decimal.MAX_MICROS, CurrencyCode.USD, JPY));
    assertEquals(ExchangeRates.UNKNOWN, rates.convert(Decimal.MAX_MICROS + 1, EUR, EUR));
    assertEquals(ExchangeRates.UNKNOWN, rates.convert(-1, EUR, EUR));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0.92", "0.000000001", "999999999.999999999", "0155.50"})
  void shouldTakeRates(String text) {
    assertTrue(ExchangeRates.isRate(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "1.",
        ".5",
        "0",
        "0.000",
        "-1",
        "+1",
        "1e3",
        "1,5",
        "NaN",
        " 1",
        "1 ",
        "1.2.3",
        "1234567890",
        "0.1234567890",
        "\u0661"
      })
  void shouldRefuseWhatIsNoRate(String text) {
    assertFalse(ExchangeRates.isRate(text));
  }

  @Property(seed = "2026")
  void shouldEqualBigDecimal(
      @ForAll("prices") long micros, @ForAll("rates") String euro, @ForAll("rates") String yen) {
    ExchangeRates random = ExchangeRates.of(Map.of("EUR", euro, "JPY", yen));

    assertEquals(naive(micros, euro, yen), random.convert(micros, EUR, JPY));
    assertEquals(naive(micros, "1", yen), random.convert(micros, CurrencyCode.USD, JPY));
    assertEquals(naive(micros, yen, "1"), random.convert(micros, JPY, CurrencyCode.USD));
  }

  @Property(seed = "2026")
  void shouldComeBackWithinTheRoundingOfBothWays(
      @ForAll @LongRange(min = 0, max = Decimal.MAX_MICROS) long micros) {
    long there = rates.convert(micros, CurrencyCode.USD, EUR);

    assertTrue(Math.abs(rates.convert(there, EUR, CurrencyCode.USD) - micros) <= 1);
  }

  private static long naive(long micros, String from, String to) {
    BigDecimal exact =
        BigDecimal.valueOf(micros)
            .multiply(new BigDecimal(to))
            .divide(new BigDecimal(from), 0, RoundingMode.HALF_EVEN);
    return exact.compareTo(BigDecimal.valueOf(Decimal.MAX_MICROS)) > 0
        ? ExchangeRates.UNKNOWN
        : exact.longValueExact();
  }

  @Provide
  Arbitrary<Long> prices() {
    return Arbitraries.longs().between(0, Decimal.MAX_MICROS);
  }

  @Provide
  Arbitrary<String> rates() {
    return Arbitraries.oneOf(
        Arbitraries.longs()
            .between(1, 999_999_999_999_999_999L)
            .map(billionths -> BigDecimal.valueOf(billionths, 9).toPlainString()),
        Arbitraries.integers().between(1, 200).map(String::valueOf),
        Arbitraries.of("0.5", "0.25", "0.000000001", "999999999.999999999", "0.92", "155.5"));
  }
}
