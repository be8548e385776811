package io.adplatform.wire.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretSealTest {
  private static final String FIRST = "1 " + "ab".repeat(32);
  private static final String SECOND = "2 " + "cd".repeat(32);
  private static final String PLACE = "demand-partner/7/auth";

  private final SecretSeal seal = SecretSeal.parse(FIRST, "test");

  @Property(seed = "2026")
  void shouldOpenWhatItSealed(@ForAll @StringLength(max = 200) String secret) {
    // Halves of characters have no UTF-8.
    String text = secret.replaceAll("[\\ud800-\\udfff]", "");
    SecretSeal own = SecretSeal.parse(FIRST, "test");

    assertEquals(text, own.open(own.seal(text, PLACE), PLACE));
  }

  @Test
  void shouldNotSealTheSameSecretIntoTheSameText() {
    String once = seal.seal("Bearer abc", PLACE);

    assertNotEquals(once, seal.seal("Bearer abc", PLACE));
    assertFalse(once.contains("abc"));
  }

  @Test
  void shouldOpenOnlyAtItsPlaceAndUnaltered() {
    String sealed = seal.seal("Bearer abc", PLACE);

    assertNull(seal.open(sealed, "demand-partner/8/auth"));
    for (int i = 0; i < sealed.length(); i++) {
      char other = sealed.charAt(i) == 'A' ? 'B' : 'A';
      String altered = sealed.substring(0, i) + other + sealed.substring(i + 1);
      String opened = seal.open(altered, PLACE);
      // The last character's low bits are no part of the bytes.
      assertTrue(opened == null || i == sealed.length() - 1, altered);
    }
  }

  @Test
  void shouldOpenWhatTheKeyBeforeSealed() {
    String sealed = seal.seal("Bearer abc", PLACE);
    SecretSeal rotated = SecretSeal.parse(SECOND + "\n" + FIRST + "\n", "test");

    assertEquals("Bearer abc", rotated.open(sealed, PLACE));
    assertTrue(rotated.seal("x", PLACE).startsWith("s1.2."));
    assertNull(SecretSeal.parse(SECOND, "test").open(sealed, PLACE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s1", "s1.1.", "s1.x.AAAA", "s1.1.****", "s2.1.AAAA", "s1.1.AA.AA"})
  void shouldNotOpenWhatIsNotSealed(String text) {
    assertNull(seal.open(text, PLACE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1 abcd", "x abab", "256 %s", "1 %s\n1 %s"})
  void shouldNameTheLineThatIsNoKeyWithoutItsContents(String form) {
    String text = form.replace("%s", "ab".repeat(32));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> SecretSeal.parse(text, "the file"));

    assertTrue(refused.getMessage().startsWith("the file"));
    assertFalse(refused.getMessage().contains("abab"));
  }

  @Test
  void shouldGenerateWhatItReads() {
    SecretSeal fresh = SecretSeal.parse(SecretSeal.generate(), "fresh");

    assertEquals("x", fresh.open(fresh.seal("x", PLACE), PLACE));
    assertFalse(fresh.toString().contains("["));
  }
}
