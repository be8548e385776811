package io.adplatform.decision.targeting;

import io.adplatform.wire.catalogue.Attribute;
import io.adplatform.wire.catalogue.Country;
import java.util.Arrays;

/**
 * One query put to one index, answered block by block in order of ordinals (so best bid first):
 * {@link #begin}, then {@link #nextBlock} until it is false, reading {@link #word} after each.
 *
 * <p>For each attribute that some line item targets there is a constraint: the union of those that
 * do not target it and those that include a value of the query. Constraints are ANDed; excluded
 * line items are taken out; what bits cannot say (parts of an hour, several keys) is checked for
 * the few that are left. Reused by one lane; allocates nothing once its lists have grown.
 */
public final class IndexMatch {
  /** Words of a block: bit {@code i % 64} of word {@code i / 64} is ordinal {@code base + i}. */
  public static final int WORDS = OrdinalSet.WORDS;

  /** One for each attribute, day-parts, creative sizes, currency. */
  private static final int MAX_CONSTRAINTS = Attribute.values().length + 3;

  private static final int FIRST_SETS = 64;
  private static final int MINUTES_PER_HOUR = 60;

  private final long[] words = new long[WORDS];
  private final long[] union = new long[WORDS];

  /** What is left to be checked one by one, where {@link #hasDoubtful}. */
  private final long[] doubtful = new long[WORDS];

  private boolean hasDoubtful;

  /** Members of the block that a constraint's lists let through. */
  private char[] kept = new char[OrdinalSet.MAX_LISTED];

  private int keptCount;

  /** Whether {@link #union} holds what a constraint's further bits let through. */
  private boolean keptBits;

  private TargetingIndex index;
  private AdQuery query;

  /** The sets of all constraints, one constraint after the other. */
  private OrdinalSet[] sets = new OrdinalSet[FIRST_SETS];

  private int setCount;
  private final int[] from = new int[MAX_CONSTRAINTS];
  private final int[] to = new int[MAX_CONSTRAINTS];
  private int constraintCount;
  private OrdinalSet[] excludes = new OrdinalSet[FIRST_SETS];
  private int excludeCount;

  /** Entries of the key-value table that the query has. */
  private int[] keyValueHits = new int[FIRST_SETS];

  private int keyValueHitCount;
  private boolean impossible;
  private int blockCount;

  /** Blocks are looked at in groups of 64. */
  private int groupCount;

  private int group;

  /** Of the group: the blocks still to come in which every constraint has something. */
  private long liveBlocks;

  private int block;
  private int wordCount;

  /** Puts a query. Both must stay as they are until the last block was read. */
  public void begin(TargetingIndex targetingIndex, AdQuery adQuery) {
    if (index != targetingIndex) {
      index = targetingIndex;
      Arrays.fill(sets, null);
      Arrays.fill(excludes, null);
    }
    query = adQuery;
    setCount = 0;
    constraintCount = 0;
    excludeCount = 0;
    keyValueHitCount = 0;
    impossible = false;
    blockCount = index.count() + OrdinalSet.BLOCK - 1 >> OrdinalSet.BLOCK_SHIFT;
    groupCount = blockCount + Long.SIZE - 1 >> 6;
    group = -1;
    liveBlocks = 0;
    constrainTerms();
    constrainNumbers();
    constrainTexts();
    constrainKeyValues();
    constrainTime();
  }

  /**
   * Goes on to the next block in which something may match.
   *
   * @return false where there is none
   */
  public boolean nextBlock() {
    if (impossible) {
      return false;
    }
    while (liveBlocks == 0) {
      if (++group >= groupCount) {
        return false;
      }
      liveBlocks = liveBlocks(group);
    }
    block = (group << 6) + Long.numberOfTrailingZeros(liveBlocks);
    liveBlocks &= liveBlocks - 1;
    matchBlock();
    return true;
  }

  /** How many words the block has; at most {@value #WORDS}. */
  public int wordCount() {
    return wordCount;
  }

  /** The ordinal of the block's first bit. */
  public int base() {
    return block << OrdinalSet.BLOCK_SHIFT;
  }

  /** A word of the block, 0 to {@link #wordCount()} - 1. */
  public long word(int i) {
    long word = words[i];
    return word == 0 || !hasDoubtful || (word & doubtful[i]) == 0 ? word : verified(i);
  }

  private void constrainTerms() {
    open();
    for (int i = 0; i < query.sizeCount; i++) {
      hit(index.creativeSizes().find(query.sizes[i]));
    }
    close();
    open();
    hit(index.currencies().find(query.currency()));
    close();
  }

  private void constrainNumbers() {
    single(Attribute.COUNTRY, query.country, query.country != Country.UNKNOWN);
    single(Attribute.DEVICE_TYPE, query.deviceType, query.deviceType != 0);
    single(Attribute.CONNECTION, query.connection, query.connection != 0);
    ValueTable regions = index.values(Attribute.REGION);
    if (!regions.isEmpty()) {
      open(Attribute.REGION);
      hit(query.region == 0 ? null : regions.find(query.region));
      close();
    }
    ValueTable sizes = index.values(Attribute.SIZE);
    if (!sizes.isEmpty()) {
      open(Attribute.SIZE);
      for (int i = 0; i < query.sizeCount; i++) {
        hit(sizes.find(query.sizes[i]));
      }
      close();
    }
  }

  private void constrainTexts() {
    single(Attribute.OPERATING_SYSTEM, query.operatingSystem);
    single(Attribute.BROWSER, query.browser);
    texts(Attribute.SITE, query.siteSuffixes);
    texts(Attribute.APP, query.app);
    texts(Attribute.PUBLISHER, query.publisher);
    texts(Attribute.LANGUAGE, query.languages);
    texts(Attribute.CATEGORY, query.categories);
  }

  private void single(Attribute attribute, long value, boolean known) {
    ValueTable values = index.values(attribute);
    if (!values.isEmpty()) {
      single(attribute, known ? values.find(value) : null);
    }
  }

  private void single(Attribute attribute, SpanList text) {
    ValueTable values = index.values(attribute);
    if (!values.isEmpty()) {
      boolean known = text.size() > 0;
      single(
          attribute,
          known ? values.find(text.hash(0), text.buffer(0), text.offset(0), text.length(0)) : null);
    }
  }

  /** Of an attribute of {@link TargetingIndex#SINGLE}: one set says all. */
  private void single(Attribute attribute, ValueTable.Entry entry) {
    open();
    if (entry == null || entry.including() == null) {
      addSet(index.untargeted(attribute));
    }
    hit(entry);
    close();
  }

  private void texts(Attribute attribute, SpanList texts) {
    ValueTable values = index.values(attribute);
    if (values.isEmpty()) {
      return;
    }
    open(attribute);
    for (int i = 0; i < texts.size(); i++) {
      byte[] buffer = texts.buffer(i);
      int offset = texts.offset(i);
      int length = texts.length(i);
      hit(values.find(texts.hash(i), buffer, offset, length));
      if (attribute == Attribute.CATEGORY) {
        hitAbove(values, buffer, offset, length);
      }
    }
    close();
  }

  /** Hits the categories above one, cut off at each hyphen. */
  private void hitAbove(ValueTable values, byte[] buffer, int offset, int length) {
    for (int end = length - 1; end > 0; end--) {
      if (buffer[offset + end] == '-') {
        hit(values.find(TextHash.of(buffer, offset, end), buffer, offset, end));
      }
    }
  }

  private void constrainKeyValues() {
    ValueTable values = index.values(Attribute.KEY_VALUE);
    if (values.isEmpty()) {
      return;
    }
    open(Attribute.KEY_VALUE);
    for (int i = 0; i < query.keys.size(); i++) {
      ValueTable.Entry entry = values.findPair(query.keys, query.values, i);
      if (entry != null) {
        hit(entry);
        if (keyValueHitCount == keyValueHits.length) {
          keyValueHits = Arrays.copyOf(keyValueHits, 2 * keyValueHitCount);
        }
        keyValueHits[keyValueHitCount++] = entry.number();
      }
    }
    close();
  }

  private void constrainTime() {
    TargetingIndex.Dayparts dayparts = index.dayparts();
    open();
    boolean known = query.minuteOfWeek >= 0;
    addSet(known ? dayparts.hours()[query.minuteOfWeek / MINUTES_PER_HOUR] : dayparts.untargeted());
    close();
  }

  /** Begins the constraint of an attribute: whoever does not target it is let through. */
  private void open(Attribute attribute) {
    open();
    addSet(index.untargeted(attribute));
  }

  private void open() {
    from[constraintCount] = setCount;
  }

  /** Lets those through that include a value, and keeps those out that exclude it. */
  private void hit(ValueTable.Entry entry) {
    if (entry == null) {
      return;
    }
    if (entry.including() != null) {
      addSet(entry.including());
    }
    if (entry.excluding() != null) {
      if (excludeCount == excludes.length) {
        excludes = Arrays.copyOf(excludes, 2 * excludeCount);
      }
      excludes[excludeCount++] = entry.excluding();
    }
  }

  private void addSet(OrdinalSet set) {
    if (set.count() > 0) {
      if (setCount == sets.length) {
        sets = Arrays.copyOf(sets, 2 * setCount);
      }
      sets[setCount++] = set;
    }
  }

  /** Keeps the constraint, or drops it where it lets everything through. */
  private void close() {
    int first = from[constraintCount];
    impossible |= setCount == first;
    for (int i = first; i < setCount; i++) {
      if (sets[i].count() == index.count()) {
        setCount = first;
        return;
      }
    }
    to[constraintCount++] = setCount;
  }

  /** Which of 64 blocks have something of every constraint. */
  private long liveBlocks(int group) {
    int left = blockCount - (group << 6);
    long live = left >= Long.SIZE ? -1L : (1L << left) - 1;
    for (int constraint = 0; constraint < constraintCount; constraint++) {
      long any = 0;
      for (int i = from[constraint]; i < to[constraint]; i++) {
        any |= sets[i].blocks(group);
      }
      live &= any;
    }
    return live;
  }

  private void matchBlock() {
    fillValid();
    for (int constraint = 0; constraint < constraintCount; constraint++) {
      intersect(from[constraint], to[constraint]);
    }
    for (int i = 0; i < excludeCount; i++) {
      subtract(excludes[i]);
    }
    loadDoubtful();
  }

  private void fillValid() {
    int valid = Math.min(OrdinalSet.BLOCK, index.count() - base());
    wordCount = valid + Long.SIZE - 1 >> 6;
    Arrays.fill(words, -1L);
    if ((valid & 63) != 0) {
      words[wordCount - 1] = (1L << valid) - 1;
    }
  }

  /** Leaves what is in one of the sets. */
  private void intersect(int first, int end) {
    long[] one = null;
    long[] two = null;
    long[] three = null;
    boolean rest = false;
    keptCount = 0;
    keptBits = false;
    for (int i = first; i < end; i++) {
      Object content = sets[i].content(block);
      if (content instanceof long[] bits) {
        if (one == null) {
          one = bits;
        } else if (two == null) {
          two = bits;
        } else if (three == null) {
          three = bits;
        } else {
          keep(bits);
          rest = true;
        }
      } else if (content instanceof char[] list) {
        keep(list);
      } else if (content != null) {
        return;
      }
    }
    if (three != null) {
      Blocks.andUnion(words, one, two, three);
    } else if (two != null) {
      Blocks.andUnion(words, one, two);
    } else if (one != null) {
      Blocks.and(words, one);
    } else {
      Blocks.clear(words);
    }
    putBack(rest);
  }

  /** Notes which members of a list are left so far: they stay. */
  private void keep(char[] list) {
    for (char member : list) {
      if ((words[member >> 6] & 1L << member) != 0) {
        if (keptCount == kept.length) {
          kept = Arrays.copyOf(kept, 2 * keptCount);
        }
        kept[keptCount++] = member;
      }
    }
  }

  /** Notes which of many are left so far: they stay. */
  private void keep(long[] bits) {
    if (!keptBits) {
      Blocks.clear(union);
      keptBits = true;
    }
    Blocks.orAnd(union, bits, words);
  }

  private void putBack(boolean bits) {
    if (bits) {
      Blocks.or(words, union);
    }
    for (int i = 0; i < keptCount; i++) {
      words[kept[i] >> 6] |= 1L << kept[i];
    }
  }

  private void subtract(OrdinalSet set) {
    switch (set.content(block)) {
      case null -> {}
      case long[] bits -> Blocks.andNot(words, bits);
      case char[] list -> Blocks.clearListed(words, list);
      default -> Blocks.clear(words);
    }
  }

  /** Puts what bits alone do not tell into {@link #doubtful}. */
  private void loadDoubtful() {
    hasDoubtful = false;
    addDoubtful(index.keyGroups().several());
    if (query.minuteOfWeek >= 0) {
      addDoubtful(index.dayparts().partial()[query.minuteOfWeek / MINUTES_PER_HOUR]);
    }
  }

  private void addDoubtful(OrdinalSet set) {
    Object content = set.content(block);
    if (content == null) {
      return;
    }
    if (!hasDoubtful) {
      Blocks.clear(doubtful);
      hasDoubtful = true;
    }
    switch (content) {
      case long[] bits -> Blocks.or(doubtful, bits);
      case char[] list -> Blocks.setListed(doubtful, list);
      default -> Arrays.fill(doubtful, -1L);
    }
  }

  /** Checks one by one those of a word that are in doubt, and leaves those that match. */
  private long verified(int i) {
    long word = words[i];
    for (long bits = word & doubtful[i]; bits != 0; bits &= bits - 1) {
      int ordinal = base() + (i << 6) + Long.numberOfTrailingZeros(bits);
      if (!index.keyGroups().allHit(ordinal, keyValueHits, keyValueHitCount)
          || !index.dayparts().covers(ordinal, query.minuteOfWeek)) {
        word &= ~(1L << ordinal);
      }
    }
    return word;
  }
}
