package io.adplatform.wire.openrtb;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.json.JsonText;
import io.adplatform.wire.token.TokenCodec;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All members of a {@code bid} (OpenRTB 2.6, 4.2.3) that only depend on the creative, encoded as
 * JSON once, with holes where the bid's token goes: markup with click and impression URLs, notices,
 * {@code adomain}, {@code adid}, {@code crid}, {@code cat}, {@code attr}, size and {@code mtype}.
 *
 * <p>In the markup {@code ${CLICK_URL}} becomes the click beacon, {@code ${VIEW_URL}} that which
 * says that the ad was viewable, and the impression beacon is appended. Macros of the SSP ({@code
 * ${AUCTION_PRICE}} and its like), here and in the notices, stay as they are: the SSP fills them.
 * Immutable; any thread.
 */
public final class CreativeTemplate implements BidMembers {
  private static final Pattern MACRO =
      Pattern.compile(
          Pattern.quote(Creative.CLICK_MACRO) + "|" + Pattern.quote(Creative.VIEW_MACRO));

  /**
   * What stands where a token goes, so that a bid is one copy of the whole and the token on top: it
   * costs as many bytes a hole, and touches fewer cache lines than the pieces between them would.
   */
  private static final byte[] HOLE = new byte[TokenCodec.TEXT_LENGTH];

  private final byte[] members;
  private final int[] holes;

  private CreativeTemplate(byte[] members, int[] holes) {
    this.members = members;
    this.holes = holes;
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
    return builder.build();
  }

  @Override
  public int length() {
    return members.length;
  }

  @Override
  public int write(byte[] token, byte[] into, int offset) {
    System.arraycopy(members, 0, into, offset, members.length);
    for (int hole : holes) {
      System.arraycopy(token, 0, into, offset + hole, TokenCodec.TEXT_LENGTH);
    }
    return offset + members.length;
  }

  /** Gathers the members and where their holes are. */
  private static final class Builder {
    private final String publicUrl;
    private final ByteArrayOutputStream members = new ByteArrayOutputStream();
    private final List<Integer> holes = new ArrayList<>();

    Builder(String publicUrl) {
      this.publicUrl = publicUrl;
    }

    private void token() {
      holes.add(members.size());
      members.writeBytes(HOLE);
    }

    void markup(String markup) {
      JsonText.ascii(",\"adm\":\"", members);
      int from = 0;
      for (Matcher macro = MACRO.matcher(markup); macro.find(); from = macro.end()) {
        JsonText.escape(markup.substring(from, macro.start()), members);
        boolean click = macro.group().equals(Creative.CLICK_MACRO);
        JsonText.escape(publicUrl + (click ? "/e/click/" : "/e/view/"), members);
        token();
      }
      JsonText.escape(markup.substring(from), members);
      JsonText.escape("<img src=\"" + publicUrl + "/e/imp/", members);
      token();
      JsonText.escape(
          "?p=${AUCTION_PRICE}\" width=\"1\" height=\"1\" alt=\"\" style=\"position:absolute\">",
          members);
      JsonText.ascii("\"", members);
    }

    void notice(String key, String path, String query) {
      JsonText.ascii(",\"" + key + "\":\"", members);
      JsonText.escape(publicUrl + path, members);
      token();
      JsonText.ascii(query + "\"", members);
    }

    void facts(Creative creative) {
      JsonText.member("adomain", creative.advertiserDomains(), members);
      JsonText.ascii(",\"adid\":\"" + creative.id() + "\"", members);
      JsonText.ascii(",\"crid\":\"" + creative.id() + "\"", members);
      JsonText.member("cat", creative.categories(), members);
      if (!creative.attributes().isEmpty()) {
        JsonText.ascii(",\"attr\":" + creative.attributes().toString().replace(" ", ""), members);
      }
      JsonText.ascii(",\"w\":" + creative.width() + ",\"h\":" + creative.height(), members);
      JsonText.ascii(",\"mtype\":" + creative.format().code(), members);
    }

    CreativeTemplate build() {
      return new CreativeTemplate(
          members.toByteArray(), holes.stream().mapToInt(Integer::intValue).toArray());
    }
  }
}
