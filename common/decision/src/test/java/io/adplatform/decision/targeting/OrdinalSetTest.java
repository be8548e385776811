package io.adplatform.decision.targeting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OrdinalSetTest {
  /** More than 64 blocks, so that a set has two words of them. */
  private static final int UNIVERSE = 70 * OrdinalSet.BLOCK + 5;

  @Test
  void shouldHoldWhatItWasMadeOfInEveryKindOfBlock() {
    SplittableRandom random = new SplittableRandom(7);
    BitSet expected = new BitSet();
    for (int block = 0; block <= UNIVERSE >> OrdinalSet.BLOCK_SHIFT; block++) {
      int base = block << OrdinalSet.BLOCK_SHIFT;
      switch (random.nextInt(4)) {
        case 0 -> expected.set(base, Math.min(UNIVERSE, base + OrdinalSet.BLOCK));
        case 1 -> scatter(expected, random, base, OrdinalSet.MAX_LISTED);
        case 2 -> scatter(expected, random, base, 1_000);
        default -> {}
      }
    }
    int[] ordinals = expected.stream().toArray();
    OrdinalSet set = OrdinalSet.of(ordinals, ordinals.length, UNIVERSE);
    assertEquals(expected.cardinality(), set.count());
    for (int ordinal = 0; ordinal < UNIVERSE; ordinal++) {
      if (expected.get(ordinal) != set.contains(ordinal)) {
        assertEquals(expected.get(ordinal), set.contains(ordinal), "ordinal " + ordinal);
      }
    }
  }

  @Test
  void shouldTakeNoSpaceForEmptyBlocks() {
    OrdinalSet set = OrdinalSet.of(new int[] {UNIVERSE - 1}, 1, UNIVERSE);
    assertNull(set.content(0));
    assertEquals(1, ((char[]) set.content(UNIVERSE - 1 >> OrdinalSet.BLOCK_SHIFT)).length);
    assertEquals(0, set.blocks(0));
    assertEquals(1L << (UNIVERSE - 1 >> OrdinalSet.BLOCK_SHIFT), set.blocks(1));
  }

  private static void scatter(BitSet bits, SplittableRandom random, int base, int count) {
    for (int i = 0; i < count; i++) {
      int ordinal = base + random.nextInt(OrdinalSet.BLOCK);
      if (ordinal < UNIVERSE) {
        bits.set(ordinal);
      }
    }
  }
}
