package io.adplatform.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Amounts as people type them ({@code 2.50}), in micros. */
record Money(long micros) {
  private static final int MICRO_DECIMALS = 6;

  /** Reads an amount with at most six decimals. */
  static final class Reader implements ITypeConverter<Money> {
    @Override
    public Money convert(String text) {
      try {
        return new Money(new BigDecimal(text).movePointRight(MICRO_DECIMALS).longValueExact());
      } catch (ArithmeticException | NumberFormatException e) {
        throw new TypeConversionException(
            "'" + text + "' is not an amount such as 2.50 with at most six decimals");
      }
    }
  }

  /** The options of a budget. */
  static final class BudgetOptions {
    @Option(
        names = "--total",
        paramLabel = "AMOUNT",
        converter = Reader.class,
        description = "Budget over the whole flight, such as 500.00.")
    private Money total;

    @Option(
        names = "--daily",
        paramLabel = "AMOUNT",
        converter = Reader.class,
        description = "Budget per day in the advertiser's time zone.")
    private Money daily;

    /** Puts the budget into a body where one was given. */
    void putInto(ObjectNode body) {
      if (total != null || daily != null) {
        ObjectNode budget = body.putObject("budget");
        if (total != null) {
          budget.put("totalMicros", total.micros());
        }
        if (daily != null) {
          budget.put("dailyMicros", daily.micros());
        }
      }
    }
  }
}
