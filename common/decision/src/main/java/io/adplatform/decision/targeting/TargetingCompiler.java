package io.adplatform.decision.targeting;

import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.targeting.Attribute;
import io.adplatform.wire.targeting.Targeting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a {@link TargetingIndex} from line items added in order of their ordinals. Used once, by
 * one background thread.
 */
public final class TargetingCompiler {
  private static final int MINUTES_PER_HOUR = 60;
  private static final int[] NO_SIZES = {};

  private final int count;
  private final ValueLists[] values = new ValueLists[Attribute.values().length];
  private final OrdinalList[] untargeted = new OrdinalList[values.length];
  private final ValueLists creativeSizes = new ValueLists(false);
  private final ValueLists currencies = new ValueLists(false);
  private final OrdinalList anyTime = new OrdinalList();
  private final OrdinalList[] hours = new OrdinalList[TargetingIndex.HOURS];
  private final OrdinalList[] partialHours = new OrdinalList[TargetingIndex.HOURS];
  private final int[][] ranges;
  private final OrdinalList severalKeys = new OrdinalList();
  private final OrdinalList capped = new OrdinalList();
  private final OrdinalList open = new OrdinalList();
  private final List<OrdinalSet> deals = new ArrayList<>();
  private boolean dealOnly;
  private final int[][][] keyEntries;
  private int ordinal;

  /**
   * An empty index.
   *
   * @param count how many line items will be added
   */
  public TargetingCompiler(int count) {
    this.count = count;
    ranges = new int[count][];
    keyEntries = new int[count][][];
    for (Attribute attribute : Attribute.values()) {
      values[attribute.ordinal()] = new ValueLists(TargetingValue.isFolded(attribute));
      untargeted[attribute.ordinal()] = new OrdinalList();
    }
    for (int hour = 0; hour < TargetingIndex.HOURS; hour++) {
      hours[hour] = new OrdinalList();
      partialHours[hour] = new OrdinalList();
    }
  }

  /**
   * Adds the next line item. One that includes nothing of an attribute that can be read has no size
   * in the index: it is for nobody.
   *
   * @param sizes of its creatives, packed as {@link AdQuery#packSize} does
   * @param currency ISO 4217 number
   */
  public void add(Targeting targeting, int[] sizes, int currency) {
    boolean readable = TargetingValue.knowsAttributes(targeting);
    for (Attribute attribute : Attribute.values()) {
      List<String> included = targeting.include().get(attribute.text());
      readable &= included == null || TargetingValue.hasReadable(attribute, included);
      if (included == null) {
        untargeted[attribute.ordinal()].add(ordinal);
      } else if (attribute == Attribute.KEY_VALUE) {
        includeKeyValues(included);
      } else {
        addAll(attribute, included, false);
      }
      addAll(attribute, targeting.exclude().getOrDefault(attribute.text(), List.of()), true);
    }
    addDayparts(targeting);
    if (readable) {
      for (int size : sizes) {
        creativeSizes.number(size, false).add(ordinal);
      }
    }
    currencies.number(currency, false).add(ordinal);
    if (!dealOnly) {
      open.add(ordinal);
    }
    dealOnly = false;
    ordinal++;
  }

  /** Says that the line item to be added next has frequency caps. */
  public void markCapped() {
    capped.add(ordinal);
  }

  /** Says that the line item to be added next bids on deals alone. */
  public void markDealOnly() {
    dealOnly = true;
  }

  /**
   * Adds the next deal: deals have ordinals too, from 0.
   *
   * @param ordinals of the line items that bid on it, ascending, each once
   */
  public void addDeal(int[] ordinals) {
    deals.add(OrdinalSet.of(ordinals, ordinals.length, count));
  }

  /** Whether something that is targeted can be read of every attribute; else it is for nobody. */
  public static boolean isReadable(Targeting targeting) {
    boolean readable = TargetingValue.knowsAttributes(targeting);
    for (Attribute attribute : Attribute.values()) {
      List<String> included = targeting.include().get(attribute.text());
      readable &= included == null || TargetingValue.hasReadable(attribute, included);
    }
    return readable;
  }

  /** Adds what has neither creatives nor a currency, for {@link #compileTargeting}. */
  public void add(Targeting targeting) {
    add(targeting, NO_SIZES, CurrencyCode.UNKNOWN);
  }

  /** The index of what was added, by targeting alone. */
  public TargetingIndex compileTargeting() {
    return compile(null, null);
  }

  /** The index of what was added. */
  public TargetingIndex compile() {
    return compile(
        creativeSizes.compile(count, OrdinalList.EMPTY),
        currencies.compile(count, OrdinalList.EMPTY));
  }

  private TargetingIndex compile(ValueTable sizeTable, ValueTable currencyTable) {
    ValueTable[] tables = new ValueTable[values.length];
    OrdinalSet[] rest = new OrdinalSet[values.length];
    for (Attribute attribute : Attribute.values()) {
      int i = attribute.ordinal();
      if (attribute == Attribute.CATEGORY) {
        values[i].addAbove();
      }
      boolean merged = TargetingIndex.MERGED.contains(attribute);
      tables[i] = values[i].compile(count, merged ? untargeted[i] : OrdinalList.EMPTY);
      rest[i] = untargeted[i].compile(count);
    }
    OrdinalSet[] hourSets = new OrdinalSet[TargetingIndex.HOURS];
    OrdinalSet[] partialSets = new OrdinalSet[TargetingIndex.HOURS];
    for (int hour = 0; hour < TargetingIndex.HOURS; hour++) {
      hourSets[hour] = hours[hour].with(anyTime).compile(count);
      partialSets[hour] = partialHours[hour].compile(count);
    }
    return new TargetingIndex(
        count,
        tables,
        rest,
        new TargetingIndex.Dayparts(anyTime.compile(count), hourSets, partialSets, ranges),
        new TargetingIndex.KeyGroups(severalKeys.compile(count), keyEntries),
        sizeTable,
        currencyTable,
        new TargetingIndex.Subsets(
            capped.compile(count), open.compile(count), deals.toArray(new OrdinalSet[0])));
  }

  private void addAll(Attribute attribute, List<String> texts, boolean exclude) {
    ValueLists lists = values[attribute.ordinal()];
    for (String text : texts) {
      if (TargetingValue.isNumber(attribute)) {
        for (long number : TargetingValue.numbers(attribute, text)) {
          lists.number(number, exclude).add(ordinal);
        }
      } else {
        lists.text(attribute, text, exclude).add(ordinal);
      }
    }
  }

  private void includeKeyValues(List<String> pairs) {
    ValueLists lists = values[Attribute.KEY_VALUE.ordinal()];
    Map<String, List<Integer>> byKey = new HashMap<>();
    for (String pair : pairs) {
      lists.text(Attribute.KEY_VALUE, pair, false).add(ordinal);
      byKey
          .computeIfAbsent(TargetingValue.key(pair), key -> new ArrayList<>())
          .add(lists.entry(Attribute.KEY_VALUE, pair));
    }
    if (byKey.size() > 1) {
      severalKeys.add(ordinal);
      keyEntries[ordinal] =
          byKey.values().stream()
              .map(entries -> entries.stream().mapToInt(Integer::intValue).toArray())
              .toArray(int[][]::new);
    }
  }

  private void addDayparts(Targeting targeting) {
    if (targeting.dayparts().isEmpty()) {
      anyTime.add(ordinal);
      return;
    }
    boolean[] minutes = TargetingValue.minutes(targeting.dayparts());
    for (int hour = 0; hour < TargetingIndex.HOURS; hour++) {
      int covered = 0;
      for (int minute = 0; minute < MINUTES_PER_HOUR; minute++) {
        covered += minutes[hour * MINUTES_PER_HOUR + minute] ? 1 : 0;
      }
      if (covered > 0) {
        hours[hour].add(ordinal);
      }
      if (covered > 0 && covered < MINUTES_PER_HOUR) {
        partialHours[hour].add(ordinal);
      }
    }
    ranges[ordinal] = TargetingValue.ranges(minutes);
  }

  /** Ascending ordinals, each once. */
  private static final class OrdinalList {
    private static final int[] NONE = {};
    static final OrdinalList EMPTY = new OrdinalList();
    private int[] ordinals = NONE;
    private int size;

    void add(int ordinal) {
      if (size > 0 && ordinals[size - 1] == ordinal) {
        return;
      }
      if (size == ordinals.length) {
        ordinals = Arrays.copyOf(ordinals, Math.max(4, 2 * size));
      }
      ordinals[size++] = ordinal;
    }

    /** What is in this or the other list. */
    OrdinalList with(OrdinalList other) {
      OrdinalList both = new OrdinalList();
      both.ordinals = new int[size + other.size];
      int at = 0;
      for (int i = 0; i < size; i++) {
        while (at < other.size && other.ordinals[at] < ordinals[i]) {
          both.add(other.ordinals[at++]);
        }
        both.add(ordinals[i]);
      }
      while (at < other.size) {
        both.add(other.ordinals[at++]);
      }
      return both;
    }

    OrdinalSet compile(int universe) {
      return OrdinalSet.of(ordinals, size, universe);
    }
  }

  /** The values of an attribute in the making; their entries are numbered as they come. */
  private static final class ValueLists {
    private final boolean folded;
    private final Map<Object, Integer> entries = new HashMap<>();
    private final List<byte[]> texts = new ArrayList<>();
    private final List<Long> keys = new ArrayList<>();
    private final List<OrdinalList> includes = new ArrayList<>();
    private final List<OrdinalList> excludes = new ArrayList<>();

    ValueLists(boolean folded) {
      this.folded = folded;
    }

    OrdinalList number(long number, boolean exclude) {
      Integer entry = entries.get(number);
      if (entry == null) {
        entry = append(number, null, TextHash.of(number));
      }
      return (exclude ? excludes : includes).get(entry);
    }

    OrdinalList text(Attribute attribute, String text, boolean exclude) {
      return (exclude ? excludes : includes).get(entry(attribute, text));
    }

    int entry(Attribute attribute, String text) {
      String canonical = TargetingValue.canonical(attribute, text);
      Integer entry = entries.get(canonical);
      return entry != null
          ? entry
          : append(canonical, TargetingValue.bytes(canonical), TargetingValue.hash(canonical));
    }

    private int append(Object value, byte[] text, long key) {
      int entry = texts.size();
      entries.put(value, entry);
      texts.add(text);
      keys.add(key);
      includes.add(new OrdinalList());
      excludes.add(new OrdinalList());
      return entry;
    }

    /** Adds to each value whatever the values above it have, cut off at each hyphen. */
    void addAbove() {
      for (Map.Entry<Object, Integer> entry : entries.entrySet()) {
        String text = (String) entry.getKey();
        int own = entry.getValue();
        for (int end = text.lastIndexOf('-'); end > 0; end = text.lastIndexOf('-', end - 1)) {
          Integer above = entries.get(text.substring(0, end));
          if (above != null) {
            includes.set(own, includes.get(own).with(includes.get(above)));
            excludes.set(own, excludes.get(own).with(excludes.get(above)));
          }
        }
      }
    }

    /** A table in which each set of those that include a value has others too. */
    ValueTable compile(int universe, OrdinalList others) {
      List<ValueTable.Entry> compiled = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        compiled.add(
            new ValueTable.Entry(
                i,
                keys.get(i),
                texts.get(i),
                compile(includes.get(i), others, universe),
                compile(excludes.get(i), OrdinalList.EMPTY, universe)));
      }
      return new ValueTable(folded, compiled);
    }

    private static OrdinalSet compile(OrdinalList list, OrdinalList others, int universe) {
      return list.size == 0 ? null : list.with(others).compile(universe);
    }
  }
}
