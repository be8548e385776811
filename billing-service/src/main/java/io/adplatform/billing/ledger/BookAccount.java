package io.adplatform.billing.ledger;

import java.util.Comparator;

/**
 * An account of the ledger by what it is for.
 *
 * @param ownerId an advertiser or a partner; 0 is the exchange, or one that is not known
 * @param currency ISO 4217
 */
public record BookAccount(AccountKind kind, long ownerId, String currency)
    implements Comparable<BookAccount> {
  private static final Comparator<BookAccount> ORDER =
      Comparator.comparing(BookAccount::kind)
          .thenComparing(BookAccount::ownerId)
          .thenComparing(BookAccount::currency);

  /** One of the exchange's own. */
  public static BookAccount ofExchange(AccountKind kind, String currency) {
    return new BookAccount(kind, 0, currency);
  }

  /** The order in which accounts are made. */
  @Override
  public int compareTo(BookAccount other) {
    return ORDER.compare(this, other);
  }
}
