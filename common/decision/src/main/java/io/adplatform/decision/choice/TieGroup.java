package io.adplatform.decision.choice;

import io.adplatform.decision.catalogue.LineItemIndex;
import java.util.Arrays;

/**
 * Line items of one price, taken out in the order of the draw: a heap on their tickets. Reused by
 * one lane; grows to the largest group seen.
 */
final class TieGroup {
  private static final int FIRST_CAPACITY = 256;

  private long[] tickets = new long[FIRST_CAPACITY];
  private int[] ordinals = new int[FIRST_CAPACITY];
  private int[] creatives = new int[FIRST_CAPACITY];
  private LineItemIndex lineItems;
  private long seed;
  private int size;
  private boolean ordered;

  /**
   * Starts on a decision, whose line items are to be added by their ordinals in an index.
   *
   * @param auctionSeed of the draw
   */
  void begin(LineItemIndex index, long auctionSeed) {
    lineItems = index;
    seed = auctionSeed;
    clear();
  }

  void clear() {
    size = 0;
    ordered = false;
  }

  int size() {
    return size;
  }

  void add(int ordinal, int creative) {
    if (size == ordinals.length) {
      tickets = Arrays.copyOf(tickets, 2 * size);
      ordinals = Arrays.copyOf(ordinals, 2 * size);
      creatives = Arrays.copyOf(creatives, 2 * size);
    }
    ordinals[size] = ordinal;
    creatives[size] = creative;
    size++;
  }

  /** The ordinal of the next in the draw. */
  int ordinal() {
    order();
    return ordinals[0];
  }

  /** Its creative. */
  int creative() {
    return creatives[0];
  }

  /** Takes the next away. */
  void remove() {
    size--;
    if (size > 0) {
      swap(0, size);
      sink(0);
    }
  }

  private void order() {
    if (!ordered && size > 1) {
      for (int place = 0; place < size; place++) {
        tickets[place] = Draw.ticket(seed, lineItems.id(ordinals[place]));
      }
      for (int place = size / 2 - 1; place >= 0; place--) {
        sink(place);
      }
    }
    ordered = true;
  }

  private void sink(int from) {
    int place = from;
    for (; ; ) {
      int child = 2 * place + 1;
      if (child >= size) {
        return;
      }
      if (child + 1 < size && tickets[child + 1] > tickets[child]) {
        child++;
      }
      if (tickets[place] >= tickets[child]) {
        return;
      }
      swap(place, child);
      place = child;
    }
  }

  private void swap(int a, int b) {
    long ticket = tickets[a];
    tickets[a] = tickets[b];
    tickets[b] = ticket;
    int ordinal = ordinals[a];
    ordinals[a] = ordinals[b];
    ordinals[b] = ordinal;
    int creative = creatives[a];
    creatives[a] = creatives[b];
    creatives[b] = creative;
  }
}
