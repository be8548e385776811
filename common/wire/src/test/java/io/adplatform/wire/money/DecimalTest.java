package io.adplatform.wire.money;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "2.5, 2500000",
    "0.0000005, 0",
    "0.0000015, 2",
    "0.00000050001, 1",
    "1e-6, 1",
    "1.5E+2, 150000000",
    "-0.25, -250000",
    "1000000, 1000000000000",
    "0.00000000000000000000000000000000001, 0",
    "123.4567895000000000000000001, 123456790",
    "0e99999999999, 0",
    "1e-99999999999, 0"
  })
  void shouldReadExactly(String text, long micros) {
    assertEquals(micros, parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        ".5",
        "1.",
        "01",
        "1e",
        "1e+",
        "NaN",
        "Infinity",
        "1_0",
        "1,5",
        " 1",
        "1 ",
        "+1",
        "0x1",
        "--1",
        "1.2.3",
        "1e5.0",
        "${AUCTION_PRICE}"
      })
  void shouldRefuseWhatIsNoNumber(String text) {
    assertEquals(Decimal.INVALID, parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999", "-1e999", "1000000.000001", "99999999999999999999999999"})
  void shouldSayWhenTooLarge(String text) {
    assertEquals(Decimal.TOO_LARGE, parse(text));
  }

  @Property(seed = "2026")
  void shouldEqualBigDecimal(@ForAll("numbers") String text) {
    BigDecimal exact = new BigDecimal(text).movePointRight(6).setScale(0, RoundingMode.HALF_EVEN);
    boolean large = exact.abs().compareTo(BigDecimal.valueOf(Decimal.MAX_MICROS)) > 0;
    assertEquals(large ? Decimal.TOO_LARGE : exact.longValueExact(), parse(text));
  }

  @Property(seed = "2026")
  void shouldReadBackWhatItWrote(
      @ForAll @LongRange(min = -Decimal.MAX_MICROS, max = Decimal.MAX_MICROS) long micros) {
    byte[] text = new byte[Decimal.MAX_LENGTH];
    int end = Decimal.write(micros, text, 0);
    assertEquals(micros, Decimal.parseMicros(text, 0, end));
    assertEquals(
        BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString(),
        new String(text, 0, end, StandardCharsets.US_ASCII));
  }

  @Property(seed = "2026")
  void shouldDivideHalfEven(@ForAll @LongRange(min = 0, max = Decimal.MAX_MICROS) long cpm) {
    assertEquals(
        BigDecimal.valueOf(cpm)
            .divide(BigDecimal.valueOf(1000), 0, RoundingMode.HALF_EVEN)
            .longValue(),
        Cpm.perImpression(cpm));
  }

  @ParameterizedTest
  @CsvSource({"USD, 840", "EUR, 978", "JPY, 392", "XYZ, 0", "usd, 0", "US, 0"})
  void shouldKnowCurrencies(String letters, int numeric) {
    assertEquals(numeric, CurrencyCode.numeric(letters));
    if (numeric != 0) {
      assertEquals(letters, CurrencyCode.letters(numeric));
    }
  }

  @Provide
  Arbitrary<String> numbers() {
    Arbitrary<String> whole =
        Arbitraries.oneOf(
            Arbitraries.just("0"),
            Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(25).map(s -> "1" + s));
    Arbitrary<String> fraction =
        Arbitraries.oneOf(
            Arbitraries.just(""),
            Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(25).map(s -> "." + s),
            Arbitraries.of(".0000005", ".0000015", ".00000049999999999999999999", ".5"));
    Arbitrary<String> exponent =
        Arbitraries.oneOf(
            Arbitraries.just(""), Arbitraries.integers().between(-30, 30).map(i -> "e" + i));
    return Combinators.combine(Arbitraries.of("", "-"), whole, fraction, exponent)
        .as((s, w, f, e) -> s + w + f + e);
  }

  private static long parse(String text) {
    byte[] bytes = ("x" + text + "y").getBytes(StandardCharsets.US_ASCII);
    return Decimal.parseMicros(bytes, 1, bytes.length - 1);
  }
}
