package io.adplatform.decision.catalogue;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.LineItem;
import java.util.Arrays;
import org.agrona.collections.LongHashSet;

/**
 * The line items of a snapshot that can serve, by ordinal: 0 has the highest effective bid (CPM
 * micros, whatever the currency); equal bids stand by id. Immutable; any thread.
 */
public final class LineItemIndex {
  // The fields of a row: what an auction reads of a line item lies side by side.
  private static final int ID = 0;
  private static final int BID = 1;
  private static final int CHARGE = 2;
  private static final int START = 3;
  private static final int END = 4;

  /**
   * Where its creatives begin in {@link #creativeOrdinals}, and in the high half where they end.
   */
  private static final int CREATIVES = 5;

  private static final int CAMPAIGN = 6;

  /** And in the high half the charges per million impressions. */
  private static final int PARTICIPATION = 7;

  private static final int ROW_SHIFT = 3;

  private final LineItem[] lineItems;
  private final int[] currencies;

  /** Each of {@link #currencies} once; few. */
  private final int[] distinctCurrencies;

  /** By ordinal, a row of eight: a line of the processor's cache. */
  private final long[] rows;

  private final int[] creativeOrdinals;

  private final LongHashSet ids;

  LineItemIndex(Columns columns) {
    lineItems = columns.lineItems;
    currencies = columns.currencies;
    distinctCurrencies = Arrays.stream(currencies).distinct().toArray();
    int count = lineItems.length;
    rows = new long[count << ROW_SHIFT];
    ids = new LongHashSet();
    creativeOrdinals = Arrays.stream(columns.creatives).flatMapToInt(Arrays::stream).toArray();
    int creativesFrom = 0;
    for (int ordinal = 0; ordinal < count; ordinal++) {
      int creativesTo = creativesFrom + columns.creatives[ordinal].length;
      int row = ordinal << ROW_SHIFT;
      rows[row + ID] = lineItems[ordinal].id();
      ids.add(lineItems[ordinal].id());
      rows[row + CAMPAIGN] = lineItems[ordinal].campaignId();
      rows[row + BID] = lineItems[ordinal].effectiveCpmMicros(columns.chargesPerMillion[ordinal]);
      rows[row + CHARGE] = lineItems[ordinal].chargeMicros();
      rows[row + START] = columns.startMillis[ordinal];
      rows[row + END] = columns.endMillis[ordinal];
      rows[row + CREATIVES] = (long) creativesTo << Integer.SIZE | creativesFrom;
      rows[row + PARTICIPATION] =
          (long) columns.chargesPerMillion[ordinal] << Integer.SIZE
              | columns.participations[ordinal];
      creativesFrom = creativesTo;
    }
  }

  /** The same line items with other participations, {@link #participation} by ordinal. */
  private LineItemIndex(LineItemIndex same, int[] participations) {
    lineItems = same.lineItems;
    currencies = same.currencies;
    distinctCurrencies = same.distinctCurrencies;
    ids = same.ids;
    creativeOrdinals = same.creativeOrdinals;
    rows = same.rows.clone();
    for (int ordinal = 0; ordinal < participations.length; ordinal++) {
      int at = (ordinal << ROW_SHIFT) + PARTICIPATION;
      rows[at] = rows[at] >>> Integer.SIZE << Integer.SIZE | participations[ordinal];
    }
  }

  LineItemIndex withParticipations(int[] participations) {
    return new LineItemIndex(this, participations);
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

  /** What it bids: what a thousand impressions are worth to it, CPM micros of its currency. */
  public long bidCpmMicros(int ordinal) {
    return rows[(ordinal << ROW_SHIFT) + BID];
  }

  /** What the one signal that is charged costs: micros of its currency. */
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

  /**
   * In how many of a million auctions it takes part; {@link LineItem.Participation#ALL} where it is
   * not paced.
   */
  public int participation(int ordinal) {
    return (int) rows[(ordinal << ROW_SHIFT) + PARTICIPATION];
  }

  /** For how many of a million impressions it is charged; a million where it pays for each. */
  public int chargesPerMillion(int ordinal) {
    return (int) (rows[(ordinal << ROW_SHIFT) + PARTICIPATION] >>> Integer.SIZE);
  }

  /** What it pays for. */
  public BidModel model(int ordinal) {
    return lineItems[ordinal].model();
  }

  /** Where its creatives begin, for {@link #creativeOrdinal}. */
  public int creativesFrom(int ordinal) {
    return (int) rows[(ordinal << ROW_SHIFT) + CREATIVES];
  }

  /** Where they end (exclusive). */
  public int creativesTo(int ordinal) {
    return (int) (rows[(ordinal << ROW_SHIFT) + CREATIVES] >>> Integer.SIZE);
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
    final int[] participations;
    final int[] chargesPerMillion;

    Columns(int count) {
      lineItems = new LineItem[count];
      currencies = new int[count];
      startMillis = new long[count];
      endMillis = new long[count];
      creatives = new int[count][];
      participations = new int[count];
      chargesPerMillion = new int[count];
    }
  }
}
