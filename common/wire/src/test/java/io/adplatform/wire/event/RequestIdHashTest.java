package io.adplatform.wire.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.adplatform.wire.token.TokenKeys;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RequestIdHashTest {
  private static final TokenKeys KEYS = TokenKeys.of(new byte[16]);

  @Property(seed = "2026", tries = 200)
  void shouldGiveOneHashForTextAndBytesWhereverTheyStand(@ForAll String id) {
    byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
    byte[] padded = new byte[utf8.length + 3];
    System.arraycopy(utf8, 0, padded, 3, utf8.length);
    assertEquals(
        new RequestIdHash(KEYS).of(id), new RequestIdHash(KEYS).of(padded, 3, utf8.length));
  }

  @Test
  void shouldDependOnTheKey() {
    byte[] other = new byte[16];
    other[0] = 1;
    assertNotEquals(
        new RequestIdHash(KEYS).of("r1"), new RequestIdHash(TokenKeys.of(other)).of("r1"));
  }
}
