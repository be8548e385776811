package io.adplatform.billing.reconcile;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/**
 * A supply partner's own figures of one day, read and found whole.
 *
 * @param key what its rows name
 * @param rows by the hour and what they name
 */
record PartnerFile(LocalDate day, Key key, Map<Place, Row> rows) {
  /** What the rows of a partner's figures can be told apart by: ids that stand in our bids. */
  enum Key {
    LINE_ITEM("line_item_id", "lineItemId"),
    /** {@code bid.cid}. */
    CAMPAIGN("cid", "campaignId"),
    /** {@code bid.crid}. */
    CREATIVE("crid", "creativeId");

    private final String column;
    private final String field;

    Key(String column, String field) {
      this.column = column;
      this.field = field;
    }

    /** The column's name in a file. */
    String column() {
      return column;
    }

    /** The name in JSON. */
    String field() {
      return field;
    }
  }

  /**
   * Where a row stands.
   *
   * @param hourSeconds when the hour (UTC) begins, in seconds since 1970
   * @param id of a line item, campaign or creative
   */
  record Place(long hourSeconds, long id, String currency) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int order = Long.compare(hourSeconds, other.hourSeconds);
      order = order == 0 ? Long.compare(id, other.id) : order;
      return order == 0 ? currency.compareTo(other.currency) : order;
    }

    /** So many hours later. */
    Place later(int hours) {
      return new Place(hourSeconds + hours * 3_600L, id, currency);
    }
  }

  /**
   * What a partner counted.
   *
   * @param amountMicros what it owes us the count of, exactly as it is written to six decimals
   * @param decimals it was written with
   * @param line in the file, from 1
   */
  record Row(long impressions, long amountMicros, int decimals, int line) {}

  /** Why a file is refused. */
  record Refusal(int line, String reason) {
    @Override
    public String toString() {
      return "line " + line + ": " + reason;
    }
  }

  /**
   * What came of reading.
   *
   * @param file null where it is refused
   * @param refusals empty where it is not; the first of them, in the order of lines
   */
  record Reading(PartnerFile file, List<Refusal> refusals) {}
}
