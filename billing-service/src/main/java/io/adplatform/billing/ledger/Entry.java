package io.adplatform.billing.ledger;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An entry that is to be made, with its postings. Ids that say nothing here are null. Not
 * thread-safe.
 */
final class Entry {
  /** What an entry is of. */
  enum Kind {
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
  record Authorship(String reason, long keyId, long accountId) {}

  final Kind kind;
  final String currency;
  Long advertiserId;
  Long lineItemId;
  Long supplyPartnerId;
  Long hourMillis;
  Long rangeId;
  Long impressions;
  Long chargedMicros;
  Long costMicros;
  Long overDeliveryMicros;
  Long correctsEntryId;
  Authorship authorship;

  /** Debits are positive, credits negative; none is 0. */
  final Map<BookAccount, Long> postings = new LinkedHashMap<>();

  Entry(Kind kind, String currency) {
    this.kind = kind;
    this.currency = currency;
  }

  /** Adds to what is posted to an account; 0 is no posting. */
  void post(BookAccount account, long amountMicros) {
    postings.merge(account, amountMicros, Math::addExact);
    postings.remove(account, 0L);
  }
}
