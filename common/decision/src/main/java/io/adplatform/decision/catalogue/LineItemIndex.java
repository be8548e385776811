package io.adplatform.decision.catalogue;

import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.money.Cpm;
import java.util.Arrays;
import org.agrona.collections.LongHashSet;

/**
 * The line items of a snapshot that can serve, by ordinal: 0 has the highest bid (CPM micros,
 * whatever the currency); equal bids stand by id. Immutable; any thread.
 */
public final class LineItemIndex {
  // The fields of a row: what an auction reads of a line item lies side by side.
  private static final int ID = 0;
  private static final int BID = 1;
  private static final int CHARGE = 2;
  private static final int START = 3;
  private static final int END = 4;

  /** How many creatives there are, and in the high half where they begin in the list of all. */
  private static final int CREATIVES = 5;

  /** The ordinal of the first creative, and in the high half that of the second: few have more. */
  private static final int FIRST_CREATIVES = 6;

  private static final int CAMPAIGN = 7;

  private static final int ROW_SHIFT = 3;

  private final LineItem[] lineItems;
  private final int[] currencies;

  /** Each of {@link #currencies} once; few. */
  private final int[] distinctCurrencies;

  /** By ordinal, a row of eight: a line of the processor's cache. */
  private final long[] rows;

  private final int[] creativeOrdinals;

  private final LongHashSet ids = new LongHashSet();

  LineItemIndex(Columns columns) {
    lineItems = columns.lineItems;
    currencies = columns.currencies;
    distinctCurrencies = Arrays.stream(currencies).distinct().toArray();
    int count = lineItems.length;
    rows = new long[count << ROW_SHIFT];
    creativeOrdinals = Arrays.stream(columns.creatives).flatMapToInt(Arrays::stream).toArray();
    int creativesFrom = 0;
    for (int ordinal = 0; ordinal < count; ordinal++) {
      int[] creatives = columns.creatives[ordinal];
      long second = creatives.length > 1 ? creatives[1] : 0;
      int row = ordinal << ROW_SHIFT;
      rows[row + ID] = lineItems[ordinal].id();
      ids.add(lineItems[ordinal].id());
      rows[row + CAMPAIGN] = lineItems[ordinal].campaignId();
      rows[row + BID] = lineItems[ordinal].bidCpmMicros();
      rows[row + CHARGE] = Cpm.perImpression(lineItems[ordinal].bidCpmMicros());
      rows[row + START] = columns.startMillis[ordinal];
      rows[row + END] = columns.endMillis[ordinal];
      rows[row + CREATIVES] = (long) creativesFrom << Integer.SIZE | creatives.length;
      rows[row + FIRST_CREATIVES] = second << Integer.SIZE | creatives[0];
      creativesFrom += creatives.length;
    }
  }

  /** How many there are; ordinals are 0 to one less. */
  public int count() {
    return lineItems.length;
  }

  /** Whether the line item with an id is among them. */
  public boolean contains(long id) {
    return ids.contains(id);
  }

  /** The line item's id. */
  public long id(int ordinal) {
    return rows[(ordinal << ROW_SHIFT) + ID];
  }

  /** Its campaign's id. */
  public long campaignId(int ordinal) {
    return rows[(ordinal << ROW_SHIFT) + CAMPAIGN];
  }

  /** What it bids, CPM micros of its currency. */
  public long bidCpmMicros(int ordinal) {
    return rows[(ordinal << ROW_SHIFT) + BID];
  }

  /** What one billable event charges: micros of its currency. */
  public long chargeMicros(int ordinal) {
    return rows[(ordinal << ROW_SHIFT) + CHARGE];
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
    return rows[(ordinal << ROW_SHIFT) + START];
  }

  /** First millisecond since 1970 at which one of them no longer serves. */
  public long endMillis(int ordinal) {
    return rows[(ordinal << ROW_SHIFT) + END];
  }

  /** How many creatives it has, at least one. */
  public int creativeCount(int ordinal) {
    return (int) rows[(ordinal << ROW_SHIFT) + CREATIVES];
  }

  /** The ordinal in {@link CreativeIndex} of one of its creatives. */
  public int creativeOrdinal(int ordinal, int place) {
    int row = ordinal << ROW_SHIFT;
    if (place < 2) {
      return (int) (rows[row + FIRST_CREATIVES] >>> place * Integer.SIZE);
    }
    return creativeOrdinals[(int) (rows[row + CREATIVES] >>> Integer.SIZE) + place];
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
