package io.adplatform.decision.deal;

import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.FloorRule;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.money.ExchangeRates;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Floor rules of supply partners. Of the rules that an imp falls under the most specific holds: one
 * that names placements before one that does not, then sizes, formats, device types, regions,
 * countries; of equally specific ones the highest (ADR 0116). Immutable; any thread; finds without
 * allocation.
 */
public final class FloorIndex {
  private final Long2ObjectHashMap<Rules> byPartner = new Long2ObjectHashMap<>();

  /**
   * The rules of a catalogue.
   *
   * @param rates by which equally specific rules in different currencies are put in order
   */
  public FloorIndex(Collection<FloorRule> documents, ExchangeRates rates) {
    Map<Long, List<FloorTerms>> terms = new HashMap<>();
    documents.stream()
        .filter(rule -> rule.status() == Status.ACTIVE)
        .map(FloorTerms::new)
        .sorted(order(rates))
        .forEach(
            rule ->
                terms
                    .computeIfAbsent(rule.rule().supplyPartnerId(), id -> new ArrayList<>())
                    .add(rule));
    terms.forEach((partner, rules) -> byPartner.put(partner.longValue(), new Rules(rules)));
  }

  /** Most specific first, then the highest; what cannot be converted counts as the highest. */
  private static Comparator<FloorTerms> order(ExchangeRates rates) {
    return Comparator.comparingInt(FloorTerms::specificity)
        .thenComparingLong(
            (FloorTerms terms) -> {
              long dollars =
                  rates.convert(terms.rule().floorCpmMicros(), terms.currency(), CurrencyCode.USD);
              return dollars == ExchangeRates.UNKNOWN ? Long.MAX_VALUE : dollars;
            })
        .reversed()
        .thenComparingLong(terms -> terms.rule().id());
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return byPartner.isEmpty();
  }

  /**
   * The rule that holds for an imp, or null.
   *
   * @param buffer with the imp's {@code tagid} in UTF-8; without one its length is 0
   * @param formatBits the formats that are offered, {@link FloorTerms#bit} of each
   */
  public FloorTerms find(
      long supplyPartnerId, byte[] buffer, int offset, int length, AdQuery query, int formatBits) {
    Rules rules = byPartner.get(supplyPartnerId);
    if (rules == null) {
      return null;
    }
    FloorTerms[] ofPlacement = rules.ofPlacement(buffer, offset, length);
    if (ofPlacement != null) {
      for (FloorTerms terms : ofPlacement) {
        if (terms.matches(query, formatBits)) {
          return terms;
        }
      }
    }
    for (FloorTerms terms : rules.anywhere) {
      if (terms.matches(query, formatBits)) {
        return terms;
      }
    }
    return null;
  }

  /** One partner's, each list in the order in which they are tried. */
  private static final class Rules {
    private final FloorTerms[] anywhere;

    // An open-addressing table.
    private final byte[][] placements;
    private final FloorTerms[][] named;
    private final int mask;

    Rules(List<FloorTerms> sorted) {
      anywhere =
          sorted.stream()
              .filter(terms -> terms.rule().placements().isEmpty())
              .toArray(FloorTerms[]::new);
      List<String> names =
          sorted.stream().flatMap(t -> t.rule().placements().stream()).distinct().toList();
      placements = new byte[Integer.highestOneBit(names.size() + 1) * 4][];
      named = new FloorTerms[placements.length][];
      mask = placements.length - 1;
      for (String name : names) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int slot = slot(bytes, 0, bytes.length);
        placements[slot] = bytes;
        named[slot] =
            sorted.stream()
                .filter(terms -> terms.rule().placements().contains(name))
                .toArray(FloorTerms[]::new);
      }
    }

    FloorTerms[] ofPlacement(byte[] buffer, int offset, int length) {
      return length == 0 ? null : named[slot(buffer, offset, length)];
    }

    private int slot(byte[] buffer, int offset, int length) {
      int hash = 0;
      for (int i = offset; i < offset + length; i++) {
        hash = 31 * hash + buffer[i];
      }
      int slot = (hash ^ hash >>> 16) & mask;
      while (placements[slot] != null && !isIt(placements[slot], buffer, offset, length)) {
        slot = slot + 1 & mask;
      }
      return slot;
    }

    private static boolean isIt(byte[] placement, byte[] buffer, int offset, int length) {
      return Arrays.equals(placement, 0, placement.length, buffer, offset, offset + length);
    }
  }
}
