package io.adplatform.storage.cap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adplatform.decision.frequency.CapCounter;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapScope;
import io.adplatform.decision.frequency.MemoryCapStore;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryCapStoreTest extends CapStoreContractTest {
  private final MemoryCapStore store = new MemoryCapStore();

  @Override
  void ask(int node, CapLookup lookup) {
    store.ask(lookup);
    store.doWork();
  }

  @Override
  void askAtOnce(List<CapLookup> lookups) {
    lookups.forEach(store::ask);
    store.doWork();
  }

  @Override
  void askAndGiveUp(int node, CapLookup lookup) {
    store.ask(lookup);
    lookup.giveUp();
    store.doWork();
  }

  @Override
  void settle(int node, CapLookup lookup) {
    store.settle(lookup);
  }

  @Override
  CapCounter counter() {
    return store;
  }

  @Override
  void empty() {
    store.empty();
  }

  @Override
  void advance(long millis) {
    super.advance(millis);
    store.advanceTo(now);
  }

  @Test
  void shouldCountWhatIsGivenAgainOnceItIsBack() {
    CapScope item = lineItem(1, cap(1, 3_600));
    CapLookup asked = asked(0, item);
    win(asked, 0, item);
    settle(0, asked);
    store.away(true);
    assertThrows(UncheckedIOException.class, () -> seen(asked.firstLo(), now, item));
    store.away(false);
    assertEquals(0, store.flush());
    assertEquals(1, seen(asked.firstLo(), now, item));
    assertFalse(bid(1, item));
  }

  @Test
  void shouldForgetBidsInTime() {
    CapScope item = lineItem(1, cap(9, 3_600));
    CapLookup asked = asked(0, item);
    win(asked, 0, item);
    settle(0, asked);
    // A token lives for 75 s.
    long known = 75_000 + CapLookup.SETTLING_MILLIS + CapLookup.REMEMBERED_MILLIS;
    advance(known - 1);
    assertEquals(1, seen(asked.firstLo(), now, item));
    advance(1);
    assertEquals(0, seen(asked.firstLo(), now, item));
  }
}
