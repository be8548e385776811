package io.adplatform.decision.frequency;

import io.adplatform.wire.frequency.FrequencyCap;
import java.util.List;

/** What one set of caps counts: a line item, a campaign or an advertiser. Immutable. */
public final class CapScope {
  /** What is counted. */
  public enum Kind {
    LINE_ITEM('l'),
    CAMPAIGN('c'),
    ADVERTISER('a');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    /** Its letter in keys. */
    public char letter() {
      return letter;
    }
  }

  private static final long MILLIS_PER_SECOND = 1_000;

  private final Kind kind;
  private final long id;
  private final long accountId;
  private final int[] impressions;
  private final long[] windowMillis;
  private final int mostImpressions;
  private final long longestMillis;

  /** Of at least one cap. */
  public CapScope(Kind kind, long id, long accountId, List<FrequencyCap> caps) {
    this.kind = kind;
    this.id = id;
    this.accountId = accountId;
    this.impressions = caps.stream().mapToInt(FrequencyCap::impressions).toArray();
    this.windowMillis =
        caps.stream().mapToLong(cap -> cap.perSeconds() * MILLIS_PER_SECOND).toArray();
    int most = 0;
    long longest = 0;
    for (int i = 0; i < impressions.length; i++) {
      most = Math.max(most, impressions[i]);
      longest = Math.max(longest, windowMillis[i]);
    }
    this.mostImpressions = most;
    this.longestMillis = longest;
  }

  /** What is counted. */
  public Kind kind() {
    return kind;
  }

  /** The entity's id. */
  public long id() {
    return id;
  }

  /** Whose it is. */
  public long accountId() {
    return accountId;
  }

  /** How many caps there are. */
  public int count() {
    return impressions.length;
  }

  /** How many impressions a cap allows. */
  public int impressions(int cap) {
    return impressions[cap];
  }

  /** In what time, milliseconds. */
  public long windowMillis(int cap) {
    return windowMillis[cap];
  }

  /** The most that any of the caps allows: older impressions need not be known. */
  public int mostImpressions() {
    return mostImpressions;
  }

  /** The longest of the windows, milliseconds: what is before it need not be known. */
  public long longestMillis() {
    return longestMillis;
  }
}
