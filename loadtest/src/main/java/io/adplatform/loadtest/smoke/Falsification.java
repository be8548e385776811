package io.adplatform.loadtest.smoke;

import io.adplatform.loadtest.exchange.RequestFile;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tests the comparison: falsifies a settled event of the running exchange, has the roll-up made
 * anew, and holds that the report which comes of it differs from the tally in just what was
 * falsified. Then the truth is put back, and the comparison must be silent again.
 */
final class Falsification {
  private static final Duration BID_BOUND = Duration.ofSeconds(60);

  /** Only the quarter of an hour in which something comes is made anew: a slow machine's time. */
  private static final Duration QUARTER_LEFT = Duration.ofSeconds(150);

  private static final String PRICE = "9.25";

  private final Check check;
  private final Seller seller;
  private final Tally tally;
  private final Comparison comparison;
  private final SettledTable table;

  Falsification(
      Check check, Seller seller, Tally tally, Comparison comparison, SettledTable table) {
    this.check = check;
    this.seller = seller;
    this.tally = tally;
    this.comparison = comparison;
    this.table = table;
  }

  private interface Lie {
    void tell(Sold sold) throws IOException, InterruptedException;
  }

  /** An altered charge, a dropped event, a doubled event: each must turn the comparison red. */
  void run(RequestFile request) throws IOException, InterruptedException {
    Sold sold = seller.awaitSold(request, "any", BID_BOUND);
    Delivery charge = Tally.charge(sold, PRICE);
    each("an altered charge", request, table::alter, Delivery.spend(1));
    each("a dropped event", request, table::drop, Delivery.NOTHING.minus(charge));
    each("a doubled event", request, table::doubleUp, charge);
  }

  private void each(String what, RequestFile request, Lie lie, Delivery difference)
      throws IOException, InterruptedException {
    Hours.quarterWith(QUARTER_LEFT);
    Sold sold = seller.awaitSold(request, "any", BID_BOUND);
    Instant hour = Hours.with(Duration.ZERO);
    List<Subject> subjects = List.of(sold.lineItem().subject(), seller.partner());
    seller.fire(Signal.IMPRESSION, sold, PRICE);
    for (Subject subject : subjects) {
      comparison.awaitDifferences(subject, List.of(), "before " + what);
    }
    table.keep(sold);
    lie.tell(sold);
    seller.fire(Signal.IMPRESSION, sold, PRICE);
    List<String> told = new ArrayList<>();
    for (Subject subject : subjects) {
      List<String> expected = expected(subject, hour, difference);
      check.that(!expected.isEmpty(), what + " is a difference");
      comparison.awaitDifferences(subject, expected, "with " + what);
      told.addAll(expected);
    }
    check.step(what + " turns the comparison red: " + told);
    table.restore(sold);
    seller.fire(Signal.IMPRESSION, sold, PRICE);
    for (Subject subject : subjects) {
      comparison.awaitDifferences(subject, List.of(), "with the truth put back");
    }
  }

  private List<String> expected(Subject subject, Instant hour, Delivery difference) {
    SortedMap<Instant, Delivery> reported = new TreeMap<>(tally.of(subject));
    reported.merge(hour, difference, Delivery::plus);
    return Comparison.differences(tally.of(subject), reported);
  }
}
