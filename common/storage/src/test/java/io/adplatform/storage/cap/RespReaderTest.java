package io.adplatform.storage.cap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.storage.cap.RespReader.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespReaderTest {
  private final RespReader in = new RespReader();

  private void feed(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    byte[] room = in.room(bytes.length);
    System.arraycopy(bytes, 0, room, in.roomFrom(), bytes.length);
    in.filled(bytes.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1_000})
  void shouldReadRepliesHoweverTheyAreCut(int piece) {
    String all = "+OK\r\n:-12\r\n$-1\r\n$0\r\n\r\n$5\r\na\r\nb:\r\n-ERR no\r\n".repeat(50);
    List<String> read = new ArrayList<>();
    for (int from = 0; from < all.length(); from += piece) {
      feed(all.substring(from, Math.min(all.length(), from + piece)));
      while (in.next()) {
        read.add(in.kind() + " " + (in.kind() == Kind.NUMBER ? in.number() : in.text()));
      }
    }
    assertEquals(300, read.size());
    assertEquals(
        List.of("TEXT OK", "NUMBER -12", "NIL ", "TEXT ", "TEXT a\r\nb:", "ERROR ERR no"),
        read.subList(294, 300));
    assertFalse(in.next());
  }

  @Test
  void shouldRefuseWhatIsNoReply() {
    feed("HTTP/1.1 400\r\n");
    assertThrows(IllegalStateException.class, in::next);
  }

  @Test
  void shouldRefuseAReplyWithoutEnd() {
    feed("$70000\r\n");
    assertThrows(IllegalStateException.class, in::next);
    in.clear();
    feed("+" + "x".repeat(RespReader.MAX_REPLY));
    assertThrows(IllegalStateException.class, in::next);
    in.clear();
    feed("+OK\r\n");
    assertTrue(in.next());
  }
}
