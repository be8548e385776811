package io.adplatform.decision.targeting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.targeting.Targeting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TargetingIndexPropertyTest {
  private static final int CATALOGUES = 1_000;
  private static final int QUERIES = 6;
  private static final int USD = 840;
  private static final int EUR = 978;

  private int queries;
  private int matching;

  @Test
  void shouldMatchAsTheNaiveMatcherDoes() {
    for (int seed = 0; seed < CATALOGUES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      checkCatalogue(seed, random, 200 + random.nextInt(100), QUERIES, new int[0]);
    }
    assertTrue(5 * matching >= queries, matching + " of " + queries + " queries match something");
  }

  @Test
  void shouldMatchAsTheNaiveMatcherDoesOverManyBlocks() {
    checkCatalogue(1, new SplittableRandom(1), OrdinalSet.BLOCK + 77, 12, new int[0]);
    checkCatalogue(2, new SplittableRandom(2), OrdinalSet.BLOCK, 12, new int[0]);
    assertTrue(matching > 0);
  }

  @Test
  void shouldMatchWhereOneOfManySizesFillsABlock() {
    int[] sizes = {
      AdQuery.packSize(970, 250),
      AdQuery.packSize(160, 600),
      AdQuery.packSize(300, 600),
      AdQuery.packSize(120, 600),
      AdQuery.packSize(336, 280)
    };
    for (int seed = 0; seed < 20; seed++) {
      checkCatalogue(seed, new SplittableRandom(seed), OrdinalSet.BLOCK + 77, 12, sizes);
    }
    assertTrue(2 * matching >= queries, matching + " of " + queries + " queries match something");
  }

  /**
   * @param moreSizes each in half of the line items, the last in all of every block but the first;
   *     every query offers them all
   */
  private void checkCatalogue(
      int seed, SplittableRandom random, int size, int queryCount, int[] moreSizes) {
    RandomTargeting generator = new RandomTargeting(random);
    List<Targeting> targetings = new ArrayList<>();
    List<int[]> sizes = new ArrayList<>();
    int[] currencies = new int[size];
    TargetingCompiler compiler = new TargetingCompiler(size);
    for (int ordinal = 0; ordinal < size; ordinal++) {
      targetings.add(generator.targeting());
      sizes.add(creativeSizes(generator, random, ordinal, moreSizes));
      currencies[ordinal] = random.nextInt(8) == 0 ? EUR : USD;
      compiler.add(targetings.get(ordinal), sizes.get(ordinal), currencies[ordinal]);
    }
    TargetingIndex index = compiler.compile();
    AdQuery query = new AdQuery();
    IndexMatch match = new IndexMatch();
    for (int i = 0; i < queryCount; i++) {
      generator.fill(query);
      for (int more : moreSizes) {
        query.addSize(more >>> 16, more & 0xFFFF);
      }
      query.currency(random.nextInt(4) == 0 ? EUR : USD);
      boolean[] actual = matches(match, index, query);
      NaiveMatcher naive = new NaiveMatcher(query);
      boolean any = false;
      for (int ordinal = 0; ordinal < size; ordinal++) {
        boolean expected =
            naive.firstMismatch(targetings.get(ordinal)) == null
                && offersOne(query, sizes.get(ordinal))
                && currencies[ordinal] == query.currency();
        any |= expected;
        if (expected != actual[ordinal]) {
          assertEquals(
              expected,
              actual[ordinal],
              "seed " + seed + ", query " + i + ", " + targetings.get(ordinal));
        }
      }
      queries++;
      matching += any ? 1 : 0;
    }
  }

  private static int[] creativeSizes(
      RandomTargeting generator, SplittableRandom random, int ordinal, int[] moreSizes) {
    IntStream own = Arrays.stream(generator.creativeSizes());
    int last = moreSizes.length - 1;
    IntStream more =
        IntStream.range(0, moreSizes.length)
            .filter(i -> random.nextBoolean() || i == last && ordinal >= OrdinalSet.BLOCK)
            .map(i -> moreSizes[i]);
    return IntStream.concat(own, more).toArray();
  }

  private static boolean[] matches(IndexMatch match, TargetingIndex index, AdQuery query) {
    boolean[] matches = new boolean[index.count()];
    match.begin(index, query);
    while (match.nextBlock()) {
      for (int i = 0; i < Long.SIZE * match.wordCount(); i++) {
        if ((match.word(i >> 6) & 1L << i) != 0) {
          matches[match.base() + i] = true;
        }
      }
    }
    return matches;
  }

  private static boolean offersOne(AdQuery query, int[] sizes) {
    for (int size : sizes) {
      if (query.offersSize(size)) {
        return true;
      }
    }
    return false;
  }
}
