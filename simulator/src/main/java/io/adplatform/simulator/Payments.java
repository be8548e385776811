package io.adplatform.simulator;

import io.adplatform.billing.funds.PaymentTerms;
import io.adplatform.billing.memory.MemoryBilling;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The advertiser that pays ahead: its terms, and when it pays how much, drawn from a seed. Its line
 * items bid high and have no budget of their own, so that its money runs out again and again.
 */
final class Payments {
  private static final int TIMES = 6;
  private static final int TIMES_PER_DAY = 3;
  private static final long MILLIS_PER_DAY = 86_400_000;

  /** Dearer than most impressions of its line items. */
  private static final long MICROS_PER_IMPRESSION = 12_000;

  /** A payment is this part of what the traffic between two could cost, at most. */
  private static final int PART_OF_TRAFFIC = 8;

  private record Payment(long atMillis, long micros) {}

  private final Deque<Payment> due = new ArrayDeque<>();
  private final PaymentTerms terms;
  private long paidMicros;

  Payments(SimulationConfig config) {
    SplittableRandom random = new SplittableRandom(config.seed() * 31 + 5);
    long duration = config.durationMillis();
    int times = TIMES + (int) (duration / MILLIS_PER_DAY) * TIMES_PER_DAY;
    long traffic = Math.max(100, duration / 1_000 * config.requestsPerSecond() / times);
    long most = traffic * MICROS_PER_IMPRESSION / PART_OF_TRAFFIC;
    boolean credit = random.nextBoolean();
    terms =
        new PaymentTerms(
            credit ? PaymentTerms.Kind.CREDIT : PaymentTerms.Kind.PREPAID,
            credit ? (Long) random.nextLong(most) : null,
            null,
            null,
            2);
    IntStream.range(0, times)
        .mapToObj(
            i -> {
              // One in four is worth a few impressions.
              long micros = random.nextInt(4) == 0 ? 20 * MICROS_PER_IMPRESSION : most;
              return new Payment(random.nextLong(duration), 1 + random.nextLong(micros));
            })
        .sorted(Comparator.comparingLong(Payment::atMillis))
        .forEach(due::add);
  }

  /** The first words between the advertiser and the exchange. */
  void agree(MemoryBilling billing) {
    billing.agree(SimulatedDemand.PREPAID_ADVERTISER, terms);
  }

  /** Books what has come in until now. */
  void step(long millis, MemoryBilling billing) {
    while (!due.isEmpty() && due.peekFirst().atMillis() <= millis) {
      long micros = due.pollFirst().micros();
      paidMicros += micros;
      billing.post(SimulatedDemand.PREPAID_ADVERTISER, micros);
    }
  }

  /** All that it has paid until now. */
  long paidMicros() {
    return paidMicros;
  }

  /** What it may have been charged at most until now. */
  long boundMicros() {
    Long limit = terms.creditLimitMicros();
    return paidMicros + (limit == null ? 0 : limit);
  }
}
