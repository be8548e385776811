package io.adplatform.decision.targeting;

import io.adplatform.wire.targeting.Attribute;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which line items a query matches, as bits over their ordinals: for each attribute those that do
 * not target it, and for each of its values those that include and those that exclude it. Made by a
 * {@link TargetingCompiler}, read through an {@link IndexMatch}. Immutable; any thread.
 */
public final class TargetingIndex {
  /** Slots of the week that day-parts are indexed by. */
  static final int HOURS = 7 * 24;

  /**
   * Attributes of which catalogues have few values: what their tables hold as including a value has
   * those in it that do not target the attribute, so that for a query of one value one set of line
   * items says all.
   */
  static final Set<Attribute> MERGED =
      EnumSet.of(
          Attribute.COUNTRY,
          Attribute.DEVICE_TYPE,
          Attribute.CONNECTION,
          Attribute.OPERATING_SYSTEM,
          Attribute.BROWSER,
          Attribute.LANGUAGE,
          Attribute.CATEGORY);

  private final int count;
  private final ValueTable[] values;
  private final OrdinalSet[] untargeted;
  private final Dayparts dayparts;
  private final KeyGroups keyGroups;
  private final ValueTable creativeSizes;
  private final ValueTable currencies;
  private final Subsets subsets;

  TargetingIndex(
      int count,
      ValueTable[] values,
      OrdinalSet[] untargeted,
      Dayparts dayparts,
      KeyGroups keyGroups,
      ValueTable creativeSizes,
      ValueTable currencies,
      Subsets subsets) {
    this.count = count;
    this.values = values;
    this.untargeted = untargeted;
    this.dayparts = dayparts;
    this.keyGroups = keyGroups;
    this.creativeSizes = creativeSizes;
    this.currencies = currencies;
    this.subsets = subsets;
  }

  /** How many line items there are. */
  public int count() {
    return count;
  }

  /** The values of an attribute; a category's sets hold those of the categories above it too. */
  ValueTable values(Attribute attribute) {
    return values[attribute.ordinal()];
  }

  /** Line items that include no value of an attribute. */
  OrdinalSet untargeted(Attribute attribute) {
    return untargeted[attribute.ordinal()];
  }

  Dayparts dayparts() {
    return dayparts;
  }

  KeyGroups keyGroups() {
    return keyGroups;
  }

  /** Whether entries have creatives and a currency: demand partners have not. */
  boolean hasTerms() {
    return currencies != null;
  }

  /** Line items by the packed sizes of their creatives. */
  ValueTable creativeSizes() {
    return creativeSizes;
  }

  /** Line items by the ISO 4217 number of their currency. */
  ValueTable currencies() {
    return currencies;
  }

  /** Line items with frequency caps. */
  public OrdinalSet capped() {
    return subsets.capped;
  }

  /** Line items that bid without a deal. */
  public OrdinalSet open() {
    return subsets.open;
  }

  /** Line items that bid on a deal, by its ordinal. */
  public OrdinalSet deal(int ordinal) {
    return subsets.deals[ordinal];
  }

  /**
   * Line items by what else they are asked for.
   *
   * @param capped with frequency caps
   * @param open that bid without a deal
   * @param deals by the deal's ordinal: those that bid on it
   */
  record Subsets(OrdinalSet capped, OrdinalSet open, OrdinalSet[] deals) {}

  /**
   * Line items by the hours of the viewer's week.
   *
   * @param untargeted those without day-parts
   * @param hours by hour since Monday 00:00: those with a day-part in it, and those without any
   * @param partial by hour: those of them whose day-parts do not cover all of it
   * @param ranges by ordinal: minutes of the week as from, to (exclusive), from, to…; null without
   *     day-parts
   */
  record Dayparts(OrdinalSet untargeted, OrdinalSet[] hours, OrdinalSet[] partial, int[][] ranges) {
    /** Whether a line item serves in a minute of the week; one without day-parts always does. */
    boolean covers(int ordinal, int minute) {
      int[] range = ranges[ordinal];
      if (range == null) {
        return true;
      }
      for (int i = 0; i < range.length; i += 2) {
        if (minute >= range[i] && minute < range[i + 1]) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * What line items that include several keys ask for: bits alone say only that one of them
   * matched.
   *
   * @param several line items that include more than one key
   * @param entries by ordinal, for each key: entries of the key-value table; null for the others
   */
  record KeyGroups(OrdinalSet several, int[][][] entries) {
    /** Whether each key of a line item, where it has several, has one of the values hit. */
    boolean allHit(int ordinal, int[] hits, int hitCount) {
      if (entries[ordinal] == null) {
        return true;
      }
      for (int[] alternatives : entries[ordinal]) {
        if (!anyHit(alternatives, hits, hitCount)) {
          return false;
        }
      }
      return true;
    }

    private static boolean anyHit(int[] alternatives, int[] hits, int hitCount) {
      for (int alternative : alternatives) {
        for (int i = 0; i < hitCount; i++) {
          if (hits[i] == alternative) {
            return true;
          }
        }
      }
      return false;
    }
  }
}
