package io.adplatform.wire.openrtb;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.token.TokenCodec;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * All members of a {@code bid} (OpenRTB 2.6, 4.2.3) that only depend on the creative, encoded as
 * JSON once, with holes where the bid's token goes: markup with click and impression URLs, notices,
 * {@code adomain}, {@code adid}, {@code crid}, {@code cat}, {@code attr}, size and {@code mtype}.
 *
 * <p>In the markup {@code ${CLICK_URL}} becomes the click beacon, and the impression beacon is
 * appended. Macros of the SSP ({@code ${AUCTION_PRICE}} and its like), here and in the notices,
 * stay as they are: the SSP fills them. Immutable; any thread.
 */
public final class CreativeTemplate {
  private static final String CLICK_MACRO = "${CLICK_URL}";

  private final byte[][] pieces;
  private final int length;

  private CreativeTemplate(List<byte[]> pieces) {
    this.pieces = pieces.toArray(new byte[0][]);
    int total = (this.pieces.length - 1) * TokenCodec.TEXT_LENGTH;
    for (byte[] piece : this.pieces) {
      total += piece.length;
    }
    length = total;
  }

  /**
   * Encodes a creative.
   *
   * @param publicUrl what beacons and notices start with, such as {@code https://ads.example};
   *     absolute, no slash at its end
   */
  public static CreativeTemplate compile(Creative creative, String publicUrl) {
    Builder builder = new Builder(publicUrl);
    builder.markup(creative.markup());
    builder.notice("nurl", "/n/win/", "?p=${AUCTION_PRICE}");
    builder.notice("burl", "/n/bill/", "?p=${AUCTION_PRICE}");
    builder.notice(
        "lurl", "/n/loss/", "?p=${AUCTION_PRICE}&r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}");
    builder.facts(creative);
    return new CreativeTemplate(builder.pieces);
  }

  /** Bytes that {@link #write} writes. */
  int length() {
    return length;
  }

  /**
   * Writes the members, starting with a comma.
   *
   * @param token holds the token's {@link TokenCodec#TEXT_LENGTH} characters at its start
   * @return offset after the last byte
   */
  int write(byte[] token, byte[] into, int offset) {
    int at = offset;
    for (int i = 0; i < pieces.length; i++) {
      if (i > 0) {
        System.arraycopy(token, 0, into, at, TokenCodec.TEXT_LENGTH);
        at += TokenCodec.TEXT_LENGTH;
      }
      byte[] piece = pieces[i];
      System.arraycopy(piece, 0, into, at, piece.length);
      at += piece.length;
    }
    return at;
  }

  /** Gathers bytes; {@link #token} ends a piece. */
  private static final class Builder {
    private final String publicUrl;
    private final List<byte[]> pieces = new ArrayList<>();
    private final ByteArrayOutputStream piece = new ByteArrayOutputStream();

    Builder(String publicUrl) {
      this.publicUrl = publicUrl;
    }

    private void token() {
      pieces.add(piece.toByteArray());
      piece.reset();
    }

    void markup(String markup) {
      JsonText.ascii(",\"adm\":\"", piece);
      int from = 0;
      for (int at;
          (at = markup.indexOf(CLICK_MACRO, from)) >= 0;
          from = at + CLICK_MACRO.length()) {
        JsonText.escape(markup.substring(from, at), piece);
        JsonText.escape(publicUrl + "/e/click/", piece);
        token();
      }
      JsonText.escape(markup.substring(from), piece);
      JsonText.escape("<img src=\"" + publicUrl + "/e/imp/", piece);
      token();
      JsonText.escape(
          "?p=${AUCTION_PRICE}\" width=\"1\" height=\"1\" alt=\"\" style=\"position:absolute\">",
          piece);
      JsonText.ascii("\"", piece);
    }

    void notice(String key, String path, String query) {
      JsonText.ascii(",\"" + key + "\":\"", piece);
      JsonText.escape(publicUrl + path, piece);
      token();
      JsonText.ascii(query + "\"", piece);
    }

    void facts(Creative creative) {
      JsonText.member("adomain", creative.advertiserDomains(), piece);
      JsonText.ascii(",\"adid\":\"" + creative.id() + "\"", piece);
      JsonText.ascii(",\"crid\":\"" + creative.id() + "\"", piece);
      JsonText.member("cat", creative.categories(), piece);
      if (!creative.attributes().isEmpty()) {
        JsonText.ascii(",\"attr\":" + creative.attributes().toString().replace(" ", ""), piece);
      }
      JsonText.ascii(",\"w\":" + creative.width() + ",\"h\":" + creative.height(), piece);
      JsonText.ascii(",\"mtype\":" + creative.format().code(), piece);
      pieces.add(piece.toByteArray());
    }
  }
}
