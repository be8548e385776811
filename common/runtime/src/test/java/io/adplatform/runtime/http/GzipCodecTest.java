package io.adplatform.runtime.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GzipCodecTest {
  private static final int BOUND = 10_000;

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Property(seed = "2026", tries = 200)
  void shouldUnderstandThePlatformAndBeUnderstoodByIt(@ForAll @Size(max = 5_000) byte[] bytes)
      throws IOException {
    try (GzipCodec codec = new GzipCodec()) {
      byte[] into = new byte[BOUND + 1];
      byte[] packed = gzip(bytes);
      assertEquals(bytes.length, codec.inflate(packed, packed.length, into, BOUND));
      assertArrayEquals(bytes, Arrays.copyOf(into, bytes.length));

      byte[] deflated = new byte[GzipCodec.deflatedBound(bytes.length)];
      int length = codec.deflate(bytes, bytes.length, deflated);
      try (GZIPInputStream in =
          new GZIPInputStream(new ByteArrayInputStream(deflated, 0, length))) {
        assertArrayEquals(bytes, in.readAllBytes());
      }
    }
  }

  @Property(seed = "2026", tries = 300)
  void shouldRefuseDamageAndTakeTheNextBody(@ForAll Random random) throws IOException {
    byte[] bytes = new byte[1 + random.nextInt(2_000)];
    random.nextBytes(bytes);
    byte[] packed = gzip(bytes);
    byte[] damaged =
        random.nextBoolean()
            ? Arrays.copyOf(packed, random.nextInt(packed.length))
            : packed.clone();
    if (damaged.length == packed.length) {
      // Behind the header, of which time, flags of the compressor and system may be anything.
      damaged[10 + random.nextInt(packed.length - 10)] ^= (byte) (1 << random.nextInt(8));
    }
    try (GzipCodec codec = new GzipCodec()) {
      byte[] into = new byte[BOUND + 1];
      int size = codec.inflate(damaged, damaged.length, into, BOUND);
      // The last byte of the deflated data may have bits that stand for nothing.
      assertTrue(
          size < 0 || Arrays.equals(bytes, Arrays.copyOf(into, size)), () -> "taken: " + size);
      assertEquals(bytes.length, codec.inflate(packed, packed.length, into, BOUND));
    }
  }

  @Test
  void shouldStopAtTheBound() throws IOException {
    byte[] bomb = gzip(new byte[10 * BOUND]);
    byte[] atBound = gzip(new byte[BOUND]);
    try (GzipCodec codec = new GzipCodec()) {
      byte[] into = new byte[BOUND + 1];
      assertEquals(GzipCodec.TOO_LARGE, codec.inflate(bomb, bomb.length, into, BOUND));
      assertEquals(BOUND, codec.inflate(atBound, atBound.length, into, BOUND));
    }
  }

  @Property(seed = "2026", tries = 100)
  void shouldTakeABodyOfSeveralMembersUnderTheSameBound(@ForAll Random random) throws IOException {
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (int i = 0; i < 2 + random.nextInt(4); i++) {
      byte[] part = new byte[random.nextInt(1_000)];
      random.nextBytes(part);
      whole.write(part);
      members.write(gzip(part));
    }
    byte[] body = members.toByteArray();
    byte[] bytes = whole.toByteArray();
    try (GzipCodec codec = new GzipCodec()) {
      byte[] into = new byte[BOUND + 1];
      assertEquals(bytes.length, codec.inflate(body, body.length, into, BOUND));
      assertArrayEquals(bytes, Arrays.copyOf(into, bytes.length));
      if (bytes.length > 0) {
        int less = bytes.length - 1;
        assertEquals(GzipCodec.TOO_LARGE, codec.inflate(body, body.length, into, less));
      }
      assertEquals(GzipCodec.MALFORMED, codec.inflate(body, body.length - 1, into, BOUND));
      byte[] trailing = Arrays.copyOf(body, body.length + 1);
      assertEquals(GzipCodec.MALFORMED, codec.inflate(trailing, trailing.length, into, BOUND));
    }
  }
}
