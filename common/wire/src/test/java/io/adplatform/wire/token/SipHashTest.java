package io.adplatform.wire.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Against the vectors that Aumasson and Bernstein publish with their reference implementation
 * ({@code vectors_sip128}): the key is 00 01 … 0f, a message of n bytes is 00 01 … n - 1.
 */
class SipHashTest {
  private static final byte[] KEY = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");

  @ParameterizedTest
  @CsvSource({
    "0, a3817f04ba25a8e66df67214c7550293",
    "1, da87c1d86b99af44347659119b22fc45",
    "2, 8177228da4a45dc7fca38bdef60affe4",
    "7, a1f1ebbed8dbc153c0b84aa61ff08239",
    "8, 3b62a9ba6258f5610f83e264f31497b4",
    "9, 264499060ad9baabc47f8b02bb6d71ed",
    "15, 5493e99933b0a8117e08ec0f97cfc3d9",
    "16, 6ee2a4ca67b054bbfd3315bf85230577",
    "31, 2939b0183223fafc1723de4f52c43d35",
    "32, 7c3956ca5eeafc3e363e9d556546eb68",
    "33, 77c6077146f01c32b6b69d5f4ea9ffcf",
    "62, 5853542321f567a005d547a4f04759bd",
    "63, 5150d1772f50834a503e069a973fbd7c"
  })
  void shouldEqualThePublishedVectors(int length, String expected) {
    byte[] message = new byte[length + 3];
    for (int i = 0; i < length; i++) {
      message[3 + i] = (byte) i;
    }
    SipHash hash = new SipHash(KEY);
    hash.hash(message, 3, length);
    byte[] result = new byte[SipHash.MAC_LENGTH];
    hash.write(result, 0);

    assertEquals(expected, HexFormat.of().formatHex(result));
    assertTrue(hash.matches(result, 0));
    result[length % SipHash.MAC_LENGTH] ^= 1;
    assertFalse(hash.matches(result, 0));
  }
}
