package io.adplatform.billing.ledger;

import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.SettledEventDecoder;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What a batch of {@code settled} comes to in the books, by partition, line item or demand partner,
 * supply partner, currency and hour. It counts as the delivery report does: charges of {@code
 * COUNTED} events, cost and over-delivery of {@code LATE} ones as well. Not thread-safe.
 */
public final class SettledSums {
  /**
   * No event of ours is dearer (bids are at most 10^10 micros per mille or per click): 100,000
   * units. Ten thousand of them are still an amount that a posting can hold.
   */
  public static final long MAX_EVENT_MICROS = 100_000_000_000L;

  private static final long HOUR_MILLIS = TimeUnit.HOURS.toMillis(1);

  /**
   * What events are posted together by.
   *
   * @param demandPartnerId whose bids they were; 0 where they are a line item's
   * @param hourMillis when the hour of the events began, in milliseconds since 1970 UTC
   */
  record Key(
      int partition,
      long lineItemId,
      long demandPartnerId,
      long supplyPartnerId,
      String currency,
      long hourMillis)
      implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparingInt(Key::partition)
            .thenComparingLong(Key::hourMillis)
            .thenComparingLong(Key::lineItemId)
            .thenComparingLong(Key::demandPartnerId)
            .thenComparingLong(Key::supplyPartnerId)
            .thenComparing(Key::currency);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /** Sums of events, in micros. */
  static final class Sums {
    long impressions;
    long chargedMicros;
    long costMicros;
    long overDeliveryMicros;
  }

  private final Map<Key, Sums> sums = new TreeMap<>();
  private int refused;

  /** Takes an event of a partition. */
  public void add(int partition, SettledEventDecoder event) {
    Disposition disposition = event.disposition();
    boolean counted = disposition == Disposition.COUNTED;
    if (!counted && disposition != Disposition.LATE) {
      return;
    }
    long charged = counted ? event.chargedMicros() : 0;
    long cost = event.costMicros();
    long overDelivery = event.overDeliveryMicros();
    if (event.billed() == 0 && charged == 0 && cost == 0 && overDelivery == 0) {
      return;
    }
    String currency = CurrencyCode.letters(event.currency());
    if (currency == null
        || isAbsurd(charged)
        || isAbsurd(cost)
        || isAbsurd(overDelivery)
        || event.lineItemId() < 0
        || event.demandPartnerId() < 0
        || event.demandPartnerId() > 0 && event.lineItemId() > 0
        || event.supplyPartnerId() < 0) {
      refused++;
      return;
    }
    long time = event.timeMillis();
    Key key =
        new Key(
            partition,
            event.lineItemId(),
            event.demandPartnerId(),
            event.supplyPartnerId(),
            currency,
            time - Math.floorMod(time, HOUR_MILLIS));
    Sums of = sums.computeIfAbsent(key, k -> new Sums());
    of.impressions += event.billed() == 0 ? 0 : 1;
    of.chargedMicros += charged;
    of.costMicros += cost;
    of.overDeliveryMicros += overDelivery;
  }

  private static boolean isAbsurd(long micros) {
    return micros < 0 || micros > MAX_EVENT_MICROS;
  }

  /** In order. */
  Map<Key, Sums> sums() {
    return sums;
  }

  /** How many entries it comes to, at most. */
  public int size() {
    return sums.size();
  }

  /** Events with an amount or a currency that cannot be; they are in no entry. */
  public int refused() {
    return refused;
  }
}
