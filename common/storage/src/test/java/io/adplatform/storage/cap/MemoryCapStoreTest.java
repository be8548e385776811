package io.adplatform.storage.cap;

import io.adplatform.decision.frequency.CapCounter;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.MemoryCapStore;
import java.util.List;

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
}
