package io.adplatform.storage.cap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RespWriterTest {
  private final RespWriter out = new RespWriter();

  private String written() {
    return new String(out.bytes(), 0, out.length(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldWriteCommandsOneBehindTheOther() {
    out.begin().argument("GET").beginArgument().append('k').append(-7).append(':');
    out.appendHex(0xabcL).endArgument().end();
    out.begin().argument("X").argument(Long.MIN_VALUE).argument(0).end();
    assertEquals(
        "*2\r\n$3\r\nGET\r\n$20\r\nk-7:0000000000000abc\r\n"
            + "*3\r\n$1\r\nX\r\n$20\r\n-9223372036854775808\r\n$1\r\n0\r\n",
        written());
    out.clear();
    assertEquals("", written());
  }

  @Test
  void shouldGrow() {
    String text = "x".repeat(100_000);
    out.begin();
    for (int i = 0; i < 12; i++) {
      out.argument(text);
    }
    out.end();
    assertEquals(("$100000\r\n" + text + "\r\n").repeat(12), written().substring(5));
    assertEquals("*12\r\n", written().substring(0, 5));
  }
}
