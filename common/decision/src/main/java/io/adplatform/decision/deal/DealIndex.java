package io.adplatform.decision.deal;

import io.adplatform.wire.catalogue.Deal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Deals of any status by their supply partner and the id that it sends, in an open-addressing
 * table. Ids are compared byte for byte. Immutable; any thread; finds without allocation.
 */
public final class DealIndex {
  /** Slots for each deal, at least: so that a look-up that finds nothing ends soon. */
  private static final int SPARSENESS = 2;

  private final DealTerms[] deals;
  private final DealTerms[] slots;
  private final int mask;

  /**
   * The deals of a catalogue. Where one partner has two deals under one id, which the control plane
   * lets nobody make, the elder is found.
   */
  public DealIndex(Collection<Deal> documents) {
    List<Deal> sorted = documents.stream().sorted(Comparator.comparingLong(Deal::id)).toList();
    deals = new DealTerms[sorted.size()];
    slots = new DealTerms[Integer.highestOneBit(sorted.size() + 1) * 2 * SPARSENESS];
    mask = slots.length - 1;
    for (int ordinal = 0; ordinal < deals.length; ordinal++) {
      DealTerms terms = new DealTerms(sorted.get(ordinal), ordinal);
      deals[ordinal] = terms;
      byte[] id = terms.dealId();
      int slot = slot(terms.deal().supplyPartnerId(), id, 0, id.length);
      if (slots[slot] == null) {
        slots[slot] = terms;
      }
    }
  }

  /** How many there are; ordinals are 0 to one less. */
  public int count() {
    return deals.length;
  }

  /** A deal, by its ordinal. */
  public DealTerms terms(int ordinal) {
    return deals[ordinal];
  }

  /** The deal that a partner sends under an id in UTF-8, or null. */
  public DealTerms find(long supplyPartnerId, byte[] buffer, int offset, int length) {
    return slots[slot(supplyPartnerId, buffer, offset, length)];
  }

  /** The same of a text. Allocates. */
  public DealTerms find(long supplyPartnerId, String dealId) {
    byte[] bytes = dealId.getBytes(StandardCharsets.UTF_8);
    return find(supplyPartnerId, bytes, 0, bytes.length);
  }

  /** The deal's slot, or the free one where its search ends. */
  private int slot(long supplyPartnerId, byte[] buffer, int offset, int length) {
    int hash = Long.hashCode(supplyPartnerId);
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + buffer[i];
    }
    int slot = (hash ^ hash >>> 16) & mask;
    while (slots[slot] != null && !isIt(slots[slot], supplyPartnerId, buffer, offset, length)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static boolean isIt(
      DealTerms terms, long supplyPartnerId, byte[] buffer, int offset, int length) {
    byte[] id = terms.dealId();
    return terms.deal().supplyPartnerId() == supplyPartnerId
        && Arrays.equals(id, 0, id.length, buffer, offset, offset + length);
  }
}
