package io.adplatform.wire.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes text into JSON ahead of any auction. Allocates: not for lanes. */
public final class JsonText {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private JsonText() {}

  /** Appends a text as the inside of a JSON string; halves of surrogate pairs become '?'. */
  public static void escape(String text, ByteArrayOutputStream into) {
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      switch (b) {
        case '"', '\\' -> {
          into.write('\\');
          into.write(b);
        }
        case '\n' -> ascii("\\n", into);
        case '\r' -> ascii("\\r", into);
        case '\t' -> ascii("\\t", into);
        default -> {
          if (b >= 0 && b < ' ') {
            ascii("\\u00", into);
            into.write(HEX[b >> 4]);
            into.write(HEX[b & 15]);
          } else {
            into.write(b);
          }
        }
      }
    }
  }

  /** Appends ASCII as it is. */
  public static void ascii(String text, ByteArrayOutputStream into) {
    into.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Appends a list of texts as a member, unless it is empty. */
  public static void member(String key, Iterable<String> texts, ByteArrayOutputStream into) {
    String separator = ",\"" + key + "\":[\"";
    for (String text : texts) {
      ascii(separator, into);
      escape(text, into);
      separator = "\",\"";
    }
    if (separator.startsWith("\"")) {
      ascii("\"]", into);
    }
  }
}
