package io.adplatform.wire.video;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Content types of media that players and native ads take, each as a bit, so that a request's list
 * and a creative's are compared at once. What is not in this list is nothing that can be matched.
 * Allocates nothing; any thread.
 */
public enum MediaType {
  MP4("video/mp4"),
  WEBM("video/webm"),
  OGG("video/ogg"),
  MPEG("video/mpeg"),
  QUICKTIME("video/quicktime"),
  THREE_GPP("video/3gpp"),
  FLV("video/x-flv"),
  WMV("video/x-ms-wmv"),
  AVI("video/x-msvideo"),
  M4V("video/x-m4v"),
  MP2T("video/mp2t"),
  HLS("application/x-mpegurl"),
  APPLE_HLS("application/vnd.apple.mpegurl"),
  DASH("application/dash+xml"),
  JAVASCRIPT("application/javascript"),
  FLASH("application/x-shockwave-flash"),
  JPEG("image/jpeg"),
  JPG("image/jpg"),
  PNG("image/png"),
  GIF("image/gif"),
  WEBP("image/webp"),
  SVG("image/svg+xml"),
  AVIF("image/avif");

  private static final MediaType[] ALL = values();

  private final byte[] text;

  MediaType(String text) {
    this.text = text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Its bit. */
  public long bit() {
    return 1L << ordinal();
  }

  /** As it is written. */
  public String text() {
    return new String(text, StandardCharsets.US_ASCII);
  }

  /** The type of a text, either case, parameters aside; null where it is none of these. */
  public static MediaType of(String type) {
    byte[] bytes = type.trim().getBytes(StandardCharsets.UTF_8);
    long bit = bit(bytes, 0, bytes.length);
    return bit == 0 ? null : ALL[Long.numberOfTrailingZeros(bit)];
  }

  /** The bit of a text, either case, parameters aside; 0 where it is none of these. */
  public static long bit(byte[] bytes, int offset, int length) {
    int end = 0;
    while (end < length && bytes[offset + end] != ';' && bytes[offset + end] != ' ') {
      end++;
    }
    for (MediaType type : ALL) {
      if (type.text.length == end && type.equalsFolded(bytes, offset)) {
        return type.bit();
      }
    }
    return 0;
  }

  private boolean equalsFolded(byte[] bytes, int offset) {
    for (int i = 0; i < text.length; i++) {
      byte b = bytes[offset + i];
      if ((b >= 'A' && b <= 'Z' ? b | 0x20 : b) != text[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return text().toLowerCase(Locale.ROOT);
  }
}
