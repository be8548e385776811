package io.adplatform.billing.ledger;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An entry that is to be made, with its postings. Ids that say nothing here are null. Not
 * thread-safe.
 */
public final class Entry {
  /** What an entry is of. */
  public enum Kind {
    SETTLED,
    TOP_UP,
    ADJUSTMENT,
    CORRECTION
  }

  /**
   * Who made an entry, and why.
   *
   * @param reason 1 to 500 characters
   */
  public record Authorship(String reason, long keyId, long accountId) {}

  public final Kind kind;
  public final String currency;
  public Long advertiserId;
  public Long lineItemId;

  /** Who is charged in place of an advertiser; 0 where an advertiser is. */
  public long demandPartnerId;

  public Long supplyPartnerId;
  public Long hourMillis;
  public Long rangeId;
  public Long impressions;
  public Long chargedMicros;
  public Long costMicros;
  public Long overDeliveryMicros;
  public Long correctsEntryId;
  Authorship authorship;

  /** Debits are positive, credits negative; none is 0. */
  public final Map<BookAccount, Long> postings = new LinkedHashMap<>();

  /** One without postings, about nobody yet. */
  public Entry(Kind kind, String currency) {
    this.kind = kind;
    this.currency = currency;
  }

  /** Adds to what is posted to an account; 0 is no posting. */
  void post(BookAccount account, long amountMicros) {
    postings.merge(account, amountMicros, Math::addExact);
    postings.remove(account, 0L);
  }
}
