package io.adplatform.decision.catalogue;

import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.money.Cpm;
import java.util.Arrays;

/**
 * The line items of a snapshot that can serve, by ordinal: 0 has the highest bid (CPM micros,
 * whatever the currency); equal bids stand by id. Immutable; any thread.
 */
public final class LineItemIndex {
  /** No line items. */
  public static final LineItemIndex EMPTY = new LineItemIndex(new Columns(0));

  private final LineItem[] lineItems;
  private final long[] ids;
  private final long[] bidCpmMicros;
  private final long[] chargeMicros;
  private final int[] currencies;

  /** Each of {@link #currencies} once; few. */
  private final int[] distinctCurrencies;

  private final long[] startMillis;
  private final long[] endMillis;

  /** By ordinal, where its creatives begin in {@link #creativeOrdinals}; one more at the end. */
  private final int[] creativesFrom;

  private final int[] creativeOrdinals;

  LineItemIndex(Columns columns) {
    lineItems = columns.lineItems;
    currencies = columns.currencies;
    distinctCurrencies = Arrays.stream(currencies).distinct().toArray();
    startMillis = columns.startMillis;
    endMillis = columns.endMillis;
    int count = lineItems.length;
    ids = new long[count];
    bidCpmMicros = new long[count];
    chargeMicros = new long[count];
    creativesFrom = new int[count + 1];
    for (int ordinal = 0; ordinal < count; ordinal++) {
      ids[ordinal] = lineItems[ordinal].id();
      bidCpmMicros[ordinal] = lineItems[ordinal].bidCpmMicros();
      chargeMicros[ordinal] = Cpm.perImpression(lineItems[ordinal].bidCpmMicros());
      creativesFrom[ordinal + 1] = creativesFrom[ordinal] + columns.creatives[ordinal].length;
    }
    creativeOrdinals = new int[creativesFrom[count]];
    for (int ordinal = 0; ordinal < count; ordinal++) {
      int[] own = columns.creatives[ordinal];
      System.arraycopy(own, 0, creativeOrdinals, creativesFrom[ordinal], own.length);
    }
  }

  /** How many there are; ordinals are 0 to one less. */
  public int count() {
    return ids.length;
  }

  /** The line item's id. */
  public long id(int ordinal) {
    return ids[ordinal];
  }

  /** What it bids, CPM micros of its currency. */
  public long bidCpmMicros(int ordinal) {
    return bidCpmMicros[ordinal];
  }

  /** What one billable event charges: micros of its currency. */
  public long chargeMicros(int ordinal) {
    return chargeMicros[ordinal];
  }

  /** ISO 4217 number of its advertiser's currency. */
  public int currency(int ordinal) {
    return currencies[ordinal];
  }

  /** Whether a line item bids in a currency, an ISO 4217 number. */
  public boolean hasCurrency(int currency) {
    for (int known : distinctCurrencies) {
      if (known == currency) {
        return true;
      }
    }
    return false;
  }

  /** First millisecond since 1970 at which it and its campaign serve. */
  public long startMillis(int ordinal) {
    return startMillis[ordinal];
  }

  /** First millisecond since 1970 at which one of them no longer serves. */
  public long endMillis(int ordinal) {
    return endMillis[ordinal];
  }

  /** Where its creatives begin, for {@link #creativeOrdinal}. */
  public int creativesFrom(int ordinal) {
    return creativesFrom[ordinal];
  }

  /** Where they end (exclusive). */
  public int creativesTo(int ordinal) {
    return creativesFrom[ordinal + 1];
  }

  /** The ordinal in {@link CreativeIndex} of a creative. */
  public int creativeOrdinal(int index) {
    return creativeOrdinals[index];
  }

  /** The whole document: campaign, advertiser, account, targeting. */
  public LineItem lineItem(int ordinal) {
    return lineItems[ordinal];
  }

  /** The index in the making, by ordinal; handed over whole. */
  static final class Columns {
    final LineItem[] lineItems;
    final int[] currencies;
    final long[] startMillis;
    final long[] endMillis;
    final int[][] creatives;

    Columns(int count) {
      lineItems = new LineItem[count];
      currencies = new int[count];
      startMillis = new long[count];
      endMillis = new long[count];
      creatives = new int[count][];
    }
  }
}
