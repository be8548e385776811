package io.adplatform.decision.targeting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TextSetTest {
  private final TextSet texts = new TextSet();

  @Test
  void shouldHoldWhatWasAddedSinceItWasCleared() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 200; round++) {
      texts.clear();
      Set<String> expected = new HashSet<>();
      for (int i = random.nextInt(300); i > 0; i--) {
        int list = random.nextInt(2);
        String text = "Shop-" + random.nextInt(400) + ".example";
        byte[] bytes = ("[" + text + "]").getBytes(StandardCharsets.US_ASCII);
        texts.add(list, bytes, 1, bytes.length - 2);
        expected.add(list + text.toLowerCase(Locale.ROOT));
      }
      assertEquals(expected.size(), texts.size());
      for (int i = 0; i < 400; i++) {
        for (int list = 0; list < 2; list++) {
          String text = "shop-" + i + ".example";
          assertEquals(expected.contains(list + text), contains(list, text), list + text);
        }
      }
    }
  }

  @Test
  void shouldFileATextOnceHoweverOftenItComes() {
    byte[] empty = new byte[0];
    for (int i = 0; i < 90_000; i++) {
      texts.add(AdQuery.ADVERTISERS, empty, 0, 0);
    }
    assertEquals(1, texts.size());
    assertTrue(contains(AdQuery.ADVERTISERS, ""));
    assertFalse(contains(AdQuery.CATEGORIES, ""));
  }

  private boolean contains(int list, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return texts.contains(list, TextHash.of(bytes, 0, bytes.length));
  }
}
