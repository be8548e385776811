package io.adplatform.wire.openrtb;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.json.JsonText;
import io.adplatform.wire.nativead.NativeTemplate;
import io.adplatform.wire.nativead.NativeTerms;
import io.adplatform.wire.token.TokenCodec;
import io.adplatform.wire.token.TokenText;
import io.adplatform.wire.video.VastDocument;
import io.adplatform.wire.video.VastException;
import io.adplatform.wire.video.VastTrackers;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All members of a {@code bid} (OpenRTB 2.6, 4.2.3) that only depend on the creative, encoded as
 * JSON once, with holes where the bid's token goes: markup with click and impression URLs, notices,
 * {@code adomain}, {@code adid}, {@code crid}, {@code cat}, {@code attr}, size and {@code mtype}.
 * Of native the markup depends on what was asked for too, and is put together from pieces.
 *
 * <p>In the markup {@code ${CLICK_URL}} becomes the click beacon, {@code ${VIEW_URL}} that which
 * says that the ad was viewable, and the impression beacon is appended; a VAST document gets its
 * trackers where it has such elements. Macros of the SSP ({@code ${AUCTION_PRICE}} and its like),
 * here and in the notices, stay as they are: the SSP fills them. Immutable; any thread.
 */
public final class CreativeTemplate {
  /** Stands for the token where trackers were put into a document: XML cannot hold it. */
  private static final String TOKEN_MARK = "\u0001";

  private static final Pattern MACRO =
      Pattern.compile(
          Pattern.quote(Creative.CLICK_MACRO)
              + "|"
              + Pattern.quote(Creative.VIEW_MACRO)
              + "|"
              + TOKEN_MARK);

  private final TokenText members;

  /** Of native; else null. */
  private final NativeTemplate nativeAd;

  private CreativeTemplate(TokenText members, NativeTemplate nativeAd) {
    this.members = members;
    this.nativeAd = nativeAd;
  }

  /**
   * Encodes a creative.
   *
   * @param publicUrl what beacons and notices start with, such as {@code https://ads.example};
   *     absolute, no slash at its end
   * @throws IllegalArgumentException where its document cannot be read
   */
  public static CreativeTemplate compile(Creative creative, String publicUrl) {
    Builder builder = new Builder(publicUrl);
    switch (creative.format()) {
      case BANNER -> builder.banner(creative.markup());
      case VIDEO -> builder.video(creative.markup());
      case NATIVE -> {
        // Its markup is written apart.
      }
    }
    builder.notice("nurl", "/n/win/", "?p=${AUCTION_PRICE}");
    builder.notice("burl", "/n/bill/", "?p=${AUCTION_PRICE}");
    builder.notice(
        "lurl", "/n/loss/", "?p=${AUCTION_PRICE}&r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}");
    builder.facts(creative);
    boolean isNative = creative.format() == Format.NATIVE;
    return new CreativeTemplate(
        builder.text.build(), isNative ? new NativeTemplate(creative, publicUrl) : null);
  }

  /**
   * Bytes that {@link #write} writes at most.
   *
   * @param asked what the imp asks of native
   */
  int length(NativeTerms asked) {
    return nativeAd == null ? members.length() : members.length() + nativeAd.length(asked);
  }

  /**
   * Writes the members, starting with a comma.
   *
   * @param asked what the imp asks of native
   * @param token holds the token's {@link TokenCodec#TEXT_LENGTH} characters at its start
   * @return offset after the last byte
   */
  int write(NativeTerms asked, byte[] token, byte[] into, int offset) {
    int at = nativeAd == null ? offset : nativeAd.write(asked, token, into, offset);
    return members.write(token, into, at);
  }

  /** Gathers the members. */
  private static final class Builder {
    private final String publicUrl;
    private final TokenText.Builder text = new TokenText.Builder();

    Builder(String publicUrl) {
      this.publicUrl = publicUrl;
    }

    void banner(String markup) {
      text.ascii(",\"adm\":\"");
      markup(markup);
      text.escape("<img src=\"" + publicUrl + "/e/imp/").token();
      text.escape(
          "?p=${AUCTION_PRICE}\" width=\"1\" height=\"1\" alt=\"\" style=\"position:absolute\">");
      text.ascii("\"");
    }

    void video(String vast) {
      if (vast.contains(TOKEN_MARK)) {
        throw new IllegalArgumentException("a control character in the VAST document");
      }
      text.ascii(",\"adm\":\"");
      try {
        markup(VastTrackers.insert(VastDocument.read(vast), publicUrl, TOKEN_MARK));
      } catch (VastException e) {
        throw new IllegalArgumentException(e);
      }
      text.ascii("\"");
    }

    private void markup(String markup) {
      int from = 0;
      for (Matcher macro = MACRO.matcher(markup); macro.find(); from = macro.end()) {
        text.escape(markup.substring(from, macro.start()));
        switch (macro.group()) {
          case Creative.CLICK_MACRO -> text.escape(publicUrl + "/e/click/");
          case Creative.VIEW_MACRO -> text.escape(publicUrl + "/e/view/");
          default -> {
            // The address stands before it.
          }
        }
        text.token();
      }
      text.escape(markup.substring(from));
    }

    void notice(String key, String path, String query) {
      text.ascii(",\"" + key + "\":\"").escape(publicUrl + path).token().ascii(query + "\"");
    }

    void facts(Creative creative) {
      JsonText.member("adomain", creative.advertiserDomains(), text.bytes());
      text.ascii(",\"adid\":\"" + creative.id() + "\"");
      text.ascii(",\"crid\":\"" + creative.id() + "\"");
      JsonText.member("cat", creative.categories(), text.bytes());
      if (!creative.attributes().isEmpty()) {
        text.ascii(",\"attr\":" + creative.attributes().toString().replace(" ", ""));
      }
      if (creative.width() > 0 && creative.height() > 0) {
        text.ascii(",\"w\":" + creative.width() + ",\"h\":" + creative.height());
      }
      if (creative.format() == Format.VIDEO) {
        facts(creative.video());
      }
      text.ascii(",\"mtype\":" + creative.format().code());
    }

    private void facts(Creative.Video video) {
      text.ascii(",\"dur\":" + video.durationSeconds() + ",\"protocol\":" + video.protocol());
      int[] apis = video.media().stream().mapToInt(Creative.Media::api).distinct().toArray();
      if (apis.length == 1 && apis[0] > 0) {
        // One list in 2.6, one number in 2.5.
        text.ascii(",\"api\":" + apis[0] + ",\"apis\":[" + apis[0] + "]");
      }
    }
  }
}
