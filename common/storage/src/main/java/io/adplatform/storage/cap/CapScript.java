package io.adplatform.storage.cap;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The scripts, each atomic, each with all of its keys declared, of one account. */
enum CapScript {
  /** Which candidates may bid; reserves for those that may. */
  ASK("ask.lua"),
  /** Keeps the reservations of winners, ends those of losers, notes whose bids they are. */
  SETTLE("settle.lua"),
  /** Takes an impression: from reserved to seen. */
  SEEN("seen.lua");

  private final String text;
  private final byte[] sha;

  CapScript(String file) {
    try (InputStream in = CapScript.class.getResourceAsStream(file)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
      sha = HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Its source. */
  String text() {
    return text;
  }

  /** What the server calls it by once it has been loaded. */
  byte[] sha() {
    return sha;
  }
}
