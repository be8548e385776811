package io.adplatform.decision.targeting;

import io.adplatform.wire.targeting.Attribute;
import io.adplatform.wire.targeting.Country;
import java.util.Arrays;

/**
 * One query put to one index, answered block by block in order of ordinals (so best bid first):
 * {@link #begin}, then {@link #nextBlock} until it is false, reading {@link #word} after each.
 *
 * <p>For each attribute that some line item targets there is a constraint: the union of those that
 * do not target it and those that include a value of the query. Constraints are ANDed, those of one
 * set first; excluded line items are taken out; what bits cannot say (parts of an hour, several
 * keys) is checked for the few that are left. Reused by one lane; allocates nothing once its lists
 * have grown.
 */
public final class IndexMatch {
  /** Words of a block: bit {@code i % 64} of word {@code i / 64} is ordinal {@code base + i}. */
  public static final int WORDS = OrdinalSet.WORDS;

  /** One for each attribute, day-parts, creative sizes, currency, caps, open or a deal. */
  private static final int MAX_CONSTRAINTS = Attribute.values().length + 5;

  private static final int FIRST_SETS = 64;

  /** Sets that one pass over the words takes. */
  private static final int STEP = 4;

  /** Sets that one pass joins to what is let through already. */
  private static final int UNION_STEP = 3;

  private static final int MINUTES_PER_HOUR = 60;

  private final long[] words = new long[WORDS];

  /** What one constraint lets through, as far as it is not in {@link #contents}. */
  private final long[] union = new long[WORDS];

  /** What is left to be checked one by one, where {@link #hasDoubtful}. */
  private final long[] doubtful = new long[WORDS];

  private boolean hasDoubtful;
  private TargetingIndex index;
  private AdQuery query;

  /** Constraints of one set each. */
  private final OrdinalSet[] singles = new OrdinalSet[MAX_CONSTRAINTS];

  private int singleCount;

  /** Of the block: what is in some sets. */
  private final long[][] contents = new long[MAX_CONSTRAINTS][];

  /** By the place in {@link #singles}: bits of those that list their members. */
  private final long[][] listed = new long[MAX_CONSTRAINTS][WORDS];

  /** The sets of all other constraints, one constraint after the other. */
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
      Arrays.fill(singles, null);
      Arrays.fill(contents, null);
      Arrays.fill(sets, null);
      Arrays.fill(excludes, null);
    }
    query = adQuery;
    singleCount = 0;
    setCount = 0;
    constraintCount = 0;
    excludeCount = 0;
    keyValueHitCount = 0;
    impossible = false;
    blockCount = index.count() + OrdinalSet.BLOCK - 1 >> OrdinalSet.BLOCK_SHIFT;
    groupCount = blockCount + Long.SIZE - 1 >> 6;
    group = -1;
    liveBlocks = 0;
    if (index.hasTerms()) {
      constrainTerms();
    }
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
    for (int i = 0; i < query.formats().termCount(); i++) {
      hit(index.creativeSizes().find(query.formats().term(i)));
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
      for (int i = 0; i < query.sizeCount(); i++) {
        hit(sizes.find(query.formats().sizes[i]));
      }
      close();
    }
  }

  private void constrainTexts() {
    merged(Attribute.OPERATING_SYSTEM, query.operatingSystem);
    merged(Attribute.BROWSER, query.browser);
    texts(Attribute.SITE, query.siteSuffixes);
    texts(Attribute.APP, query.app);
    texts(Attribute.PUBLISHER, query.publisher);
    merged(Attribute.LANGUAGE, query.languages);
    merged(Attribute.CATEGORY, query.categories);
  }

  private void single(Attribute attribute, long value, boolean known) {
    ValueTable values = index.values(attribute);
    if (!values.isEmpty()) {
      single(attribute, known ? values.find(value) : null);
    }
  }

  /** Of an attribute of {@link TargetingIndex#MERGED}: one set says all. */
  private void single(Attribute attribute, ValueTable.Entry entry) {
    if (entry == null) {
      keep(index.untargeted(attribute));
      return;
    }
    keep(entry.including() == null ? index.untargeted(attribute) : entry.including());
    exclude(entry.excluding());
  }

  /**
   * A constraint of one set; none where it lets everything through. A caller may add two to the
   * query just put: who bids without a deal or on one, and who has caps.
   */
  public void keep(OrdinalSet set) {
    impossible |= set.count() == 0;
    if (set.count() < index.count()) {
      singles[singleCount++] = set;
    }
  }

  /** Of an attribute of {@link TargetingIndex#MERGED}. */
  private void merged(Attribute attribute, SpanList texts) {
    ValueTable values = index.values(attribute);
    if (values.isEmpty()) {
      return;
    }
    open();
    for (int i = 0; i < texts.size(); i++) {
      ValueTable.Entry entry = values.find(texts, i);
      hit(entry == null && attribute == Attribute.CATEGORY ? values.findAbove(texts, i) : entry);
    }
    if (setCount == from[constraintCount]) {
      addSet(index.untargeted(attribute));
    }
    close();
  }

  private void texts(Attribute attribute, SpanList texts) {
    ValueTable values = index.values(attribute);
    if (values.isEmpty()) {
      return;
    }
    open(attribute);
    for (int i = 0; i < texts.size(); i++) {
      hit(values.find(texts, i));
    }
    close();
  }

  private void constrainKeyValues() {
    ValueTable values = index.values(Attribute.KEY_VALUE);
    if (values.isEmpty()) {
      return;
    }
    open(Attribute.KEY_VALUE);
    SpanList texts = query.keyValues;
    for (int i = 0; i < texts.size(); i++) {
      ValueTable.Entry entry = values.find(texts, i);
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
    boolean known = query.minuteOfWeek >= 0;
    keep(known ? dayparts.hours()[query.minuteOfWeek / MINUTES_PER_HOUR] : dayparts.untargeted());
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
    exclude(entry.excluding());
  }

  private void exclude(OrdinalSet set) {
    if (set != null) {
      if (excludeCount == excludes.length) {
        excludes = Arrays.copyOf(excludes, 2 * excludeCount);
      }
      excludes[excludeCount++] = set;
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
    for (int i = first; i < setCount; i++) {
      if (sets[i].count() == index.count()) {
        setCount = first;
        return;
      }
    }
    if (setCount - first > 1) {
      to[constraintCount++] = setCount;
      return;
    }
    impossible |= setCount == first;
    if (setCount > first) {
      singles[singleCount++] = sets[first];
      setCount = first;
    }
  }

  /** Which of 64 blocks have something of every constraint. */
  private long liveBlocks(int group) {
    int left = blockCount - (group << 6);
    long live = left >= Long.SIZE ? -1L : (1L << left) - 1;
    for (int i = 0; i < singleCount; i++) {
      live &= singles[i].blocks(group);
    }
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
    wordCount = Math.min(OrdinalSet.BLOCK, index.count() - base()) + Long.SIZE - 1 >> 6;
    intersectSingles();
    for (int constraint = 0; constraint < constraintCount; constraint++) {
      intersect(from[constraint], to[constraint]);
    }
    for (int i = 0; i < excludeCount; i++) {
      subtract(excludes[i]);
    }
    loadDoubtful();
  }

  /** Begins with what is in all sets that are a constraint alone, {@link #STEP} at a time. */
  private void intersectSingles() {
    int count = 0;
    for (int i = 0; i < singleCount; i++) {
      Object content = singles[i].content(block);
      if (content instanceof long[] bits) {
        contents[count++] = bits;
      } else if (content instanceof char[] list) {
        long[] bits = listed[i];
        Blocks.clear(bits);
        Blocks.setListed(bits, list);
        contents[count++] = bits;
      }
    }
    if (count == 0) {
      fillValid();
      return;
    }
    // Naming one again costs less than a loop for each number of them.
    long[] one = contents[0];
    Blocks.setAnd(
        words,
        one,
        count > 1 ? contents[1] : one,
        count > 2 ? contents[2] : one,
        count > 3 ? contents[3] : one);
    for (int i = STEP; i < count; i += STEP) {
      Blocks.and(
          words,
          contents[i],
          i + 1 < count ? contents[i + 1] : one,
          i + 2 < count ? contents[i + 2] : one,
          i + 3 < count ? contents[i + 3] : one);
    }
  }

  private void fillValid() {
    Arrays.fill(words, -1L);
    int valid = index.count() - base();
    if (valid < OrdinalSet.BLOCK && (valid & 63) != 0) {
      words[wordCount - 1] = (1L << valid) - 1;
    }
  }

  /** Leaves what is in one of the sets; bits are taken {@link #UNION_STEP} at a time. */
  private void intersect(int first, int end) {
    int count = 0;
    boolean begun = false;
    for (int i = first; i < end; i++) {
      Object content = sets[i].content(block);
      if (content instanceof long[] bits) {
        if (count == UNION_STEP) {
          begun = beginUnion(begun);
          Blocks.or(union, contents[0], contents[1], contents[2]);
          count = 0;
        }
        contents[count++] = bits;
      } else if (content instanceof char[] list) {
        begun = beginUnion(begun);
        Blocks.setListed(union, list);
      } else if (content != null) {
        return;
      }
    }
    if (count == 0 && !begun) {
      Blocks.clear(words);
      return;
    }
    long[] one = begun ? union : contents[0];
    long[] two = count > 0 ? contents[0] : one;
    if (count < 2) {
      Blocks.andUnion(words, one, two);
    } else {
      Blocks.andUnion(words, one, two, contents[1], count > 2 ? contents[2] : one);
    }
  }

  private boolean beginUnion(boolean begun) {
    if (!begun) {
      Blocks.clear(union);
    }
    return true;
  }

  private void subtract(OrdinalSet set) {
    Object content = set.content(block);
    if (content instanceof char[] list) {
      Blocks.clearListed(words, list);
    } else if (content instanceof long[] bits) {
      Blocks.andNot(words, bits);
    } else if (content != null) {
      Blocks.clear(words);
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
