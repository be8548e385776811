package io.adplatform.wire.nativead;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.json.JsonText;
import io.adplatform.wire.money.Decimal;
import io.adplatform.wire.token.TokenText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The member {@code adm} of a native bid: the response object (Native Ads 1.2, 5) as a text, in
 * pieces encoded once, of which a request chooses by its assets. The ids of assets are the
 * request's. Immutable; any thread; writes without allocation.
 */
public final class NativeTemplate {
  /** Bytes of an asset besides its piece: {@code ,{\"id\":} and a number. */
  private static final int ASSET_OVERHEAD = 32;

  private static final byte[] ASSET = ascii("{\\\"id\\\":");

  private final NativeFit fit;
  private final byte[][] heads;
  private final byte[][] pieces;
  private final TokenText link;
  private final TokenText impressionTrackers;
  private final TokenText impressionEvent;
  private final TokenText viewEvent;
  private static final byte[] EVENTS = ascii(",\\\"eventtrackers\\\":[");
  private static final byte[] END = ascii("}\"");
  private static final byte[] END_OF_ROOT = ascii("}}\"");

  /** Bytes besides assets and those of the pieces that always come. */
  private static final int OVERHEAD = 128;

  /**
   * Encodes what was brought.
   *
   * @param publicUrl what beacons start with; no slash at its end
   */
  public NativeTemplate(Creative creative, String publicUrl) {
    Creative.NativeAd brought = creative.nativeAd();
    fit = new NativeFit(brought);
    heads =
        new byte[][] {
          ascii(",\"adm\":\"{\\\"native\\\":{\\\"ver\\\":\\\"1\\\",\\\"assets\\\":["),
          ascii(",\"adm\":\"{\\\"ver\\\":\\\"1.1\\\",\\\"assets\\\":["),
          ascii(",\"adm\":\"{\\\"ver\\\":\\\"1.2\\\",\\\"assets\\\":[")
        };
    List<byte[]> all = new ArrayList<>();
    all.add(within(",\"title\":{\"text\":" + quoted(brought.title()) + "}}"));
    for (Creative.Image image : brought.images()) {
      all.add(within(",\"img\":" + image(image) + "}"));
    }
    for (Creative.Data data : brought.data()) {
      all.add(
          within(
              ",\"data\":{\"type\":" + data.type() + ",\"value\":" + quoted(data.value()) + "}}"));
    }
    pieces = all.toArray(new byte[0][]);
    link = link(creative.landingPage(), publicUrl);
    impressionTrackers =
        tracker(",\"imptrackers\":[\"", publicUrl + "/e/imp/", "?p=${AUCTION_PRICE}\"]");
    impressionEvent =
        tracker(
            "{\"event\":1,\"method\":1,\"url\":\"",
            publicUrl + "/e/imp/",
            "?p=${AUCTION_PRICE}\"}");
    viewEvent = tracker("{\"event\":2,\"method\":1,\"url\":\"", publicUrl + "/e/view/", "\"}");
  }

  private static String image(Creative.Image image) {
    String size = image.width() > 0 ? ",\"w\":" + image.width() + ",\"h\":" + image.height() : "";
    return "{\"type\":" + image.type() + ",\"url\":" + quoted(image.url()) + size + "}";
  }

  /** A landing page that wants the token gets it from the click beacon, which leads there. */
  private static TokenText link(String landingPage, String publicUrl) {
    TokenText.Builder builder = new TokenText.Builder();
    if (landingPage.contains(Creative.TOKEN_MACRO)) {
      builder.escape("],\"link\":{\"url\":\"" + publicUrl + "/e/click/").token().escape("\"}");
    } else {
      builder.escape("],\"link\":{\"url\":" + quoted(landingPage) + ",\"clicktrackers\":[\"");
      builder.escape(publicUrl + "/e/clicktrack/").token().escape("\"]}");
    }
    return builder.build();
  }

  private static TokenText tracker(String before, String url, String after) {
    return new TokenText.Builder().escape(before + url).token().escape(after).build();
  }

  private static String quoted(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JsonText.escape(text == null ? "" : text, bytes);
    return '"' + bytes.toString(StandardCharsets.UTF_8) + '"';
  }

  /** JSON as it stands within a text. */
  private static byte[] within(String json) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JsonText.escape(json, bytes);
    return bytes.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Bytes that {@link #write} writes at most. */
  public int length(NativeTerms terms) {
    int length =
        OVERHEAD
            + link.length()
            + impressionTrackers.length()
            + impressionEvent.length()
            + viewEvent.length();
    for (int asset = 0; asset < terms.count(); asset++) {
      int piece = fit.piece(terms, asset);
      length += piece == NativeFit.NOTHING ? 0 : ASSET_OVERHEAD + pieces[piece].length;
    }
    return length;
  }

  /**
   * Writes the member, starting with a comma.
   *
   * @param token holds the token's text at its start
   * @return offset after the last byte
   */
  public int write(NativeTerms terms, byte[] token, byte[] into, int offset) {
    int at = put(heads[terms.version - 10], into, offset);
    boolean first = true;
    for (int asset = 0; asset < terms.count(); asset++) {
      int piece = fit.piece(terms, asset);
      if (piece == NativeFit.NOTHING) {
        continue;
      }
      if (!first) {
        into[at++] = ',';
      }
      first = false;
      at = put(ASSET, into, at);
      at = Decimal.writeWhole(terms.id(asset), into, at);
      at = put(pieces[piece], into, at);
    }
    at = link.write(token, into, at);
    at = writeEvents(terms, token, into, at);
    return put(terms.version == 10 ? END_OF_ROOT : END, into, at);
  }

  /** Event trackers came with 1.2; who does not ask for them is told by the older list. */
  private int writeEvents(NativeTerms terms, byte[] token, byte[] into, int offset) {
    boolean newer = terms.version >= 12;
    boolean impression = newer && terms.tracksImpressions;
    boolean view = newer && terms.tracksViews;
    int at = impression ? offset : impressionTrackers.write(token, into, offset);
    if (!impression && !view) {
      return at;
    }
    at = put(EVENTS, into, at);
    if (impression) {
      at = impressionEvent.write(token, into, at);
    }
    if (impression && view) {
      into[at++] = ',';
    }
    if (view) {
      at = viewEvent.write(token, into, at);
    }
    into[at++] = ']';
    return at;
  }

  private static int put(byte[] piece, byte[] into, int offset) {
    System.arraycopy(piece, 0, into, offset, piece.length);
    return offset + piece.length;
  }
}
