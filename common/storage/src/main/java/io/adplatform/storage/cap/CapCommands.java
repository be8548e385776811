package io.adplatform.storage.cap;

import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapScope;
import java.nio.charset.StandardCharsets;

/**
 * Writes the scripts' calls, with all of their keys: one hash tag per account, the user as a keyed
 * hash. One thread; allocates nothing once its arrays have grown.
 */
final class CapCommands {
  /** Impressions seen, by when. */
  private static final char SEEN = 's';

  /** Impressions reserved, by until when. */
  private static final char RESERVED = 'r';

  private static final byte[] EVALSHA = ascii("EVALSHA");
  private static final byte[] GET = ascii("GET");
  private static final byte[] PREFIX = ascii("cap:{");
  private static final byte[] USER = ascii("}:u:");
  private static final byte[] BID = ascii("}:b:");
  private static final byte[] RELEASE = ascii("R");
  private static final byte[] KEEP = ascii("K");
  private static final byte[] EXPIRE = ascii("E");
  private static final byte[] NOTE = ascii("B");
  private static final byte[] NOTHING = ascii("-");

  /** Each candidate counts in three scopes at most. */
  private static final int MAX_SCOPES = 3 * CapLookup.MAX_CANDIDATES;

  private final RespWriter out;
  private final CapScope[] scopes = new CapScope[MAX_SCOPES];
  private int scopeCount;

  CapCommands(RespWriter out) {
    this.out = out;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Asks about the candidates of one account. */
  void ask(CapLookup lookup, long account) {
    collectScopes(lookup, account);
    begin(CapScript.ASK, 2 * scopeCount);
    for (int i = 0; i < scopeCount; i++) {
      key(account, lookup.userHigh(), lookup.userLow(), scopes[i], SEEN);
      key(account, lookup.userHigh(), lookup.userLow(), scopes[i], RESERVED);
    }
    long now = lookup.nowMillis();
    out.argument(now)
        .argument(now + CapLookup.RESERVATION_MILLIS)
        .argument(2 * CapLookup.RESERVATION_MILLIS)
        .argument(lookup.reserves() ? 1 : 0)
        .argument(scopeCount);
    for (int i = 0; i < scopeCount; i++) {
      CapScope scope = scopes[i];
      out.argument(scope.count());
      for (int cap = 0; cap < scope.count(); cap++) {
        out.argument(scope.impressions(cap)).argument(now - scope.windowMillis(cap));
      }
    }
    for (int i = 0; i < lookup.count(); i++) {
      if (lookup.account(i) == account) {
        imp(lookup, i);
        CapScope[] own = lookup.scopes(i);
        out.argument(own.length);
        for (CapScope scope : own) {
          out.argument(indexOf(scope) + 1);
        }
      }
    }
    out.end();
  }

  private void collectScopes(CapLookup lookup, long account) {
    scopeCount = 0;
    for (int i = 0; i < lookup.count(); i++) {
      if (lookup.account(i) == account) {
        for (CapScope scope : lookup.scopes(i)) {
          if (indexOf(scope) < 0) {
            scopes[scopeCount++] = scope;
          }
        }
      }
    }
  }

  private int indexOf(CapScope scope) {
    for (int i = 0; i < scopeCount; i++) {
      if (scopes[i].id() == scope.id()) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Keeps what won of an account's candidates, and releases the rest.
   *
   * @return false where there is nothing to do: nothing was written
   */
  boolean settle(CapLookup lookup, long account) {
    int steps = 0;
    for (int i = 0; i < lookup.count(); i++) {
      steps += lookup.account(i) == account ? steps(lookup, i) : 0;
    }
    if (steps == 0) {
      return false;
    }
    begin(CapScript.SETTLE, steps);
    for (int i = 0; i < lookup.count(); i++) {
      if (lookup.account(i) == account) {
        settleKeys(lookup, i, account);
      }
    }
    for (int i = 0; i < lookup.count(); i++) {
      if (lookup.account(i) == account) {
        settleArguments(lookup, i);
      }
    }
    out.end();
    return true;
  }

  /** A winner's bid is noted, each of its scopes kept, and the key given time. */
  private static int steps(CapLookup lookup, int candidate) {
    CapScope[] own = lookup.scopes(candidate);
    if (lookup.wonLo(candidate) != 0) {
      return 1 + 2 * own.length;
    }
    int steps = 0;
    for (CapScope scope : own) {
      steps += isToRelease(lookup, candidate, scope) ? 1 : 0;
    }
    return steps;
  }

  private void settleKeys(CapLookup lookup, int candidate, long account) {
    boolean won = lookup.wonLo(candidate) != 0;
    if (won) {
      bidKey(account, lookup.auctionHi(), lookup.wonLo(candidate));
    }
    for (CapScope scope : lookup.scopes(candidate)) {
      if (won) {
        key(account, lookup.userHigh(), lookup.userLow(), scope, RESERVED);
      }
      if (won || isToRelease(lookup, candidate, scope)) {
        key(account, lookup.userHigh(), lookup.userLow(), scope, RESERVED);
      }
    }
  }

  private void settleArguments(CapLookup lookup, int candidate) {
    boolean won = lookup.wonLo(candidate) != 0;
    long held = lookup.wonExpiryMillis(candidate) + CapLookup.SETTLING_MILLIS;
    if (won) {
      out.argument(NOTE).beginArgument();
      out.appendHex(lookup.userHigh()).appendHex(lookup.userLow());
      out.appendHex(lookup.auctionHi()).appendHex(lookup.impLo(candidate)).endArgument();
      out.argument(held + CapLookup.REMEMBERED_MILLIS - lookup.nowMillis());
    }
    for (CapScope scope : lookup.scopes(candidate)) {
      if (won) {
        out.argument(KEEP);
        imp(lookup, candidate);
        out.argument(held);
        out.argument(EXPIRE).argument(NOTHING).argument(held - lookup.nowMillis());
      } else if (isToRelease(lookup, candidate, scope)) {
        out.argument(RELEASE);
        imp(lookup, candidate);
        out.argument(NOTHING);
      }
    }
  }

  /**
   * Whether a loser's scope is not that of a winner on the same imp. Where there was no answer, all
   * may have been reserved.
   */
  private static boolean isToRelease(CapLookup lookup, int candidate, CapScope scope) {
    if (lookup.isAnswered() && !lookup.isAllowed(candidate)) {
      return false;
    }
    for (int i = 0; i < lookup.count(); i++) {
      if (lookup.wonLo(i) != 0 && lookup.impLo(i) == lookup.impLo(candidate)) {
        for (CapScope other : lookup.scopes(i)) {
          if (other.id() == scope.id()) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /** Asks whose a bid is. */
  void whose(long account, long auctionHi, long auctionLo) {
    out.begin().argument(GET);
    bidKey(account, auctionHi, auctionLo);
    out.end();
  }

  /** Counts an impression of the user and imp that {@link #whose} told. */
  void seen(CapScope[] own, CapBid bid, long auctionHi, long auctionLo, long timeMillis) {
    begin(CapScript.SEEN, 2 * own.length);
    for (CapScope scope : own) {
      key(scope.accountId(), bid.userHigh(), bid.userLow(), scope, SEEN);
      key(scope.accountId(), bid.userHigh(), bid.userLow(), scope, RESERVED);
    }
    out.beginArgument().appendHex(auctionHi).appendHex(auctionLo).endArgument();
    out.beginArgument().appendHex(bid.impHi()).appendHex(bid.impLo()).endArgument();
    out.argument(timeMillis);
    for (CapScope scope : own) {
      out.argument(scope.mostImpressions()).argument(scope.longestMillis());
    }
    out.end();
  }

  /** Ends the reservation of a bid that lost. */
  void lost(CapScope[] own, CapBid bid) {
    begin(CapScript.SETTLE, own.length);
    for (CapScope scope : own) {
      key(scope.accountId(), bid.userHigh(), bid.userLow(), scope, RESERVED);
    }
    for (int i = 0; i < own.length; i++) {
      out.argument(RELEASE);
      out.beginArgument().appendHex(bid.impHi()).appendHex(bid.impLo()).endArgument();
      out.argument(NOTHING);
    }
    out.end();
  }

  private void begin(CapScript script, int keys) {
    out.begin().argument(EVALSHA).argument(script.sha()).argument(keys);
  }

  private void imp(CapLookup lookup, int candidate) {
    out.beginArgument()
        .appendHex(lookup.auctionHi())
        .appendHex(lookup.impLo(candidate))
        .endArgument();
  }

  private void key(long account, long userHigh, long userLow, CapScope scope, char what) {
    out.beginArgument().append(PREFIX).append(account).append(USER);
    out.appendHex(userHigh).appendHex(userLow).append(':').append(scope.kind().letter());
    out.append(scope.id()).append(':').append(what).endArgument();
  }

  private void bidKey(long account, long auctionHi, long auctionLo) {
    out.beginArgument().append(PREFIX).append(account).append(BID);
    out.appendHex(auctionHi).appendHex(auctionLo).endArgument();
  }
}
