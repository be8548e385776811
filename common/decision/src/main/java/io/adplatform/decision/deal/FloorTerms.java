package io.adplatform.decision.deal;

import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.TargetingValue;
import io.adplatform.wire.catalogue.FloorRule;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.targeting.Attribute;
import io.adplatform.wire.targeting.Targeting;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A floor rule in the form that auctions compare it in. Immutable; any thread. */
public final class FloorTerms {
  /** What a rule may be targeted by. */
  public static final Set<Attribute> ATTRIBUTES =
      EnumSet.of(Attribute.COUNTRY, Attribute.REGION, Attribute.DEVICE_TYPE, Attribute.SIZE);

  // What a rule says of an imp, the weightier the more it narrows: bits of its specificity.
  private static final int PLACEMENT = 32;
  private static final int SIZE = 16;
  private static final int FORMAT = 8;
  private static final int DEVICE = 4;
  private static final int REGION = 2;
  private static final int COUNTRY = 1;

  private final FloorRule rule;
  private final int currency;
  private final int specificity;

  /** Bits by {@link Format#code}; 0 is any. */
  private final int formats;

  /** False where it names an attribute that a rule cannot have: it is for nobody. */
  private final boolean readable;

  // By the ordinal of an attribute: what is included, null for anything, and what is excluded.
  private final long[][] includes = new long[Attribute.values().length][];
  private final long[][] excludes = new long[Attribute.values().length][];

  FloorTerms(FloorRule rule) {
    this.rule = rule;
    currency = CurrencyCode.numeric(rule.currency());
    formats = rule.formats().stream().mapToInt(FloorTerms::bit).reduce(0, (a, b) -> a | b);
    Targeting targeting = rule.targeting();
    readable =
        targeting.dayparts().isEmpty()
            && targeting.include().keySet().stream().allMatch(FloorTerms::isKnown)
            && targeting.exclude().keySet().stream().allMatch(FloorTerms::isKnown);
    for (Attribute attribute : ATTRIBUTES) {
      List<String> included = targeting.include().get(attribute.text());
      includes[attribute.ordinal()] = included == null ? null : numbers(attribute, included);
      excludes[attribute.ordinal()] =
          numbers(attribute, targeting.exclude().getOrDefault(attribute.text(), List.of()));
    }
    specificity =
        (rule.placements().isEmpty() ? 0 : PLACEMENT)
            | (names(Attribute.SIZE) ? SIZE : 0)
            | (rule.formats().isEmpty() ? 0 : FORMAT)
            | (names(Attribute.DEVICE_TYPE) ? DEVICE : 0)
            | (names(Attribute.REGION) ? REGION : 0)
            | (names(Attribute.COUNTRY) ? COUNTRY : 0);
  }

  /** The whole document. */
  public FloorRule rule() {
    return rule;
  }

  /** ISO 4217 number of its floor. */
  public int currency() {
    return currency;
  }

  /**
   * The higher, the more a rule narrows: of two the one with the weightiest condition goes first.
   */
  int specificity() {
    return specificity;
  }

  /** Whether an imp falls under it, apart from its placement. */
  boolean matches(AdQuery query, int formatBits) {
    return readable
        && (formats == 0 || (formats & formatBits) != 0)
        && holds(Attribute.COUNTRY, query.country())
        && holds(Attribute.REGION, query.region())
        && holds(Attribute.DEVICE_TYPE, query.deviceType())
        && holdsSize(query);
  }

  /** The bit of a format that is offered. */
  public static int bit(Format format) {
    return 1 << format.code();
  }

  private boolean holds(Attribute attribute, long value) {
    long[] included = includes[attribute.ordinal()];
    // What is not known is 0, which no value is.
    return (included == null || contains(included, value))
        && !contains(excludes[attribute.ordinal()], value);
  }

  private boolean holdsSize(AdQuery query) {
    long[] included = includes[Attribute.SIZE.ordinal()];
    return (included == null || offersOneOf(query, included))
        && !offersOneOf(query, excludes[Attribute.SIZE.ordinal()]);
  }

  private static boolean offersOneOf(AdQuery query, long[] sizes) {
    for (long size : sizes) {
      if (query.offersSize((int) size)) {
        return true;
      }
    }
    return false;
  }

  private static boolean contains(long[] values, long value) {
    for (long each : values) {
      if (each == value) {
        return true;
      }
    }
    return false;
  }

  private boolean names(Attribute attribute) {
    return includes[attribute.ordinal()] != null || excludes[attribute.ordinal()].length > 0;
  }

  private static boolean isKnown(String name) {
    Attribute attribute = Attribute.of(name);
    return attribute != null && ATTRIBUTES.contains(attribute);
  }

  private static long[] numbers(Attribute attribute, List<String> texts) {
    return texts.stream()
        .flatMapToLong(text -> Arrays.stream(TargetingValue.numbers(attribute, text)))
        .toArray();
  }
}
