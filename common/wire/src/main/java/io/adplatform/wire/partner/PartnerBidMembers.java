package io.adplatform.wire.partner;

import io.adplatform.wire.json.JsonText;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.Decimal;
import io.adplatform.wire.openrtb.BidMembers;
import io.adplatform.wire.token.TokenCodec;
import java.io.ByteArrayOutputStream;

/**
 * The members of a bid that we send for a partner's: its markup with macros filled in and our
 * impression beacon behind it, our notices in place of its own, and what it says of its ad. Reused
 * by one thread; allocates nothing.
 */
public final class PartnerBidMembers implements BidMembers {
  private static final int NUMBER = 20;

  private final byte[] beaconStart;
  private final byte[] beaconEnd;
  private final byte[][] notices = new byte[3][];
  private final byte[][] queries = new byte[3][];
  private PartnerAnswer answer;
  private PartnerBid bid;
  private byte[] markupBytes;
  private long markup;
  private int markupType;
  private int at;
  private byte[] out;

  /**
   * @param publicUrl what beacons and notices start with; absolute, no slash at its end
   */
  public PartnerBidMembers(String publicUrl) {
    beaconStart = json("<img src=\"" + publicUrl + "/e/imp/");
    beaconEnd =
        json(
            "?p=${AUCTION_PRICE}\" width=\"1\" height=\"1\" alt=\"\""
                + " style=\"position:absolute\">");
    notices[0] = notice("nurl", publicUrl + "/n/win/");
    notices[1] = notice("burl", publicUrl + "/n/bill/");
    notices[2] = notice("lurl", publicUrl + "/n/loss/");
    queries[0] = json("?p=${AUCTION_PRICE}");
    queries[1] = queries[0];
    queries[2] = json("?p=${AUCTION_PRICE}&r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}");
  }

  /**
   * Starts on a bid.
   *
   * @param filled span of its markup with macros filled in, the inside of a JSON text
   * @param type its {@code mtype}
   */
  public PartnerBidMembers of(
      PartnerAnswer ofAnswer, PartnerBid ofBid, byte[] bytes, long filled, int type) {
    answer = ofAnswer;
    bid = ofBid;
    markupBytes = bytes;
    markup = filled;
    markupType = type;
    return this;
  }

  @Override
  public int length() {
    int length =
        Span.length(markup) + beaconStart.length + beaconEnd.length + TokenCodec.TEXT_LENGTH + 16;
    for (int i = 0; i < notices.length; i++) {
      length += notices[i].length + queries[i].length + TokenCodec.TEXT_LENGTH + 1;
    }
    length += Span.length(bid.rawDomains) + Span.length(bid.rawCategories);
    length += Span.length(bid.rawAttributes) + Span.length(bid.rawCreativeId);
    length += Span.length(bid.rawCampaignId);
    return length + 6 * NUMBER + 128;
  }

  @Override
  public int write(byte[] token, byte[] into, int offset) {
    out = into;
    at = offset;
    put(",\"adm\":\"");
    put(markupBytes, Span.offset(markup), Span.length(markup));
    put(beaconStart);
    put(token, 0, TokenCodec.TEXT_LENGTH);
    put(beaconEnd);
    put("\"");
    for (int i = 0; i < notices.length; i++) {
      put(notices[i]);
      put(token, 0, TokenCodec.TEXT_LENGTH);
      put(queries[i]);
      put("\"");
    }
    raw(",\"adomain\":", bid.rawDomains);
    text(",\"crid\":\"", bid.rawCreativeId);
    text(",\"cid\":\"", bid.rawCampaignId);
    raw(",\"cat\":", bid.rawCategories);
    raw(",\"attr\":", bid.rawAttributes);
    if (bid.categoryTaxonomy != 1) {
      number(",\"cattax\":", bid.categoryTaxonomy);
    }
    if (bid.width > 0 && bid.height > 0) {
      number(",\"w\":", bid.width);
      number(",\"h\":", bid.height);
    }
    number(",\"mtype\":", markupType);
    return at;
  }

  private void raw(String key, long span) {
    if (span != Span.NONE) {
      put(key);
      put(answer.bytes(), Span.offset(span), Span.length(span));
    }
  }

  private void text(String key, long span) {
    if (span != Span.NONE) {
      raw(key, span);
      put("\"");
    }
  }

  private void number(String key, int value) {
    put(key);
    at = Decimal.writeWhole(Math.max(0, value), out, at);
  }

  private void put(String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      out[at++] = (byte) ascii.charAt(i);
    }
  }

  private void put(byte[] piece) {
    put(piece, 0, piece.length);
  }

  private void put(byte[] bytes, int from, int length) {
    System.arraycopy(bytes, from, out, at, length);
    at += length;
  }

  private static byte[] notice(String key, String url) {
    return concat(",\"" + key + "\":\"", url);
  }

  private static byte[] concat(String ascii, String text) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    JsonText.ascii(ascii, json);
    JsonText.escape(text, json);
    return json.toByteArray();
  }

  private static byte[] json(String text) {
    return concat("", text);
  }
}
