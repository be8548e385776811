package io.adplatform.rtb.auction;

import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.rtb.demand.PartnerAsked;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.Imp;
import io.adplatform.wire.partner.PartnerAnswer;
import io.adplatform.wire.partner.PartnerBid;
import io.adplatform.wire.partner.PartnerForm;
import java.nio.charset.StandardCharsets;

/**
 * Holds a partner's bid against what the request asks of ads (OpenRTB 2.6, 3.2.1, 4.2.3; checklist,
 * points 13, 17 and 31). What is not said of a bid cannot pass a rule that needs it: a domain where
 * advertisers are blocked, a category where only some are allowed. Pure functions over the bytes of
 * both; no allocation.
 */
final class BidCheck {
  /** A bid that lapses sooner has been shown nowhere yet, whatever the page. */
  static final int LEAST_SECONDS = 5;

  /** As long as the markup of a creative held here may be, with escapes. */
  private static final int MAX_MARKUP = 2 * 64 * 1024;

  /** Longest text of an id that is passed on. */
  private static final int MAX_ID = 256;

  /** Longest lists of domains, categories and attributes together. */
  private static final int MAX_FACTS = 8 * 1024;

  private static final byte[] INSECURE = "http:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LINK = "href=".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] WWW = "www.".getBytes(StandardCharsets.US_ASCII);

  private BidCheck() {}

  /** Why a bid on an imp is refused, or NONE. */
  static Reason judge(
      BidRequest request,
      Imp imp,
      AdQuery query,
      PartnerAsked asked,
      PartnerAnswer answer,
      PartnerBid bid) {
    boolean whole =
        bid.fault == ReadFailure.NONE
            && Span.length(bid.id) > 0
            && bid.priceCpmMicros > 0
            && (asked.imps() >>> imp.position & 1) != 0
            && Span.length(bid.rawMarkup) <= MAX_MARKUP
            && Span.length(bid.rawSeat) <= BidResponseWriter.MAX_SEAT
            && Span.length(bid.rawCreativeId) <= MAX_ID
            && Span.length(bid.rawCampaignId) <= MAX_ID
            && Span.length(bid.rawDomains)
                    + Span.length(bid.rawCategories)
                    + Span.length(bid.rawAttributes)
                <= MAX_FACTS;
    if (!whole) {
      return Reason.BID_INVALID;
    }
    if (!isSeatAllowed(request, asked, answer, bid)) {
      return Reason.SEAT_NOT_ALLOWED;
    }
    if (bid.dealId != Span.NONE) {
      return Reason.DEAL_NOT_OFFERED;
    }
    if (bid.rawMarkup == Span.NONE) {
      return Reason.BID_WITHOUT_MARKUP;
    }
    if (bid.markupType != 0 && bid.markupType != Format.BANNER.code()) {
      return Reason.FORMAT_NOT_SERVED;
    }
    int needed = imp.expirySeconds > 0 ? imp.expirySeconds : LEAST_SECONDS;
    if (bid.expirySeconds >= 0 && bid.expirySeconds < needed) {
      return Reason.BID_LAPSES;
    }
    boolean sized = bid.width > 0 && bid.height > 0;
    if (sized && query.sizeCount() > 0 && !offers(query, bid)) {
      return Reason.SIZE;
    }
    Reason blocked = blocked(request, imp, answer, bid);
    return blocked == Reason.NONE && imp.secure == 1 && loadsInsecurely(answer.bytes(), bid)
        ? Reason.CREATIVE_INSECURE
        : blocked;
  }

  private static boolean offers(AdQuery query, PartnerBid bid) {
    return bid.width < 1 << Short.SIZE
        && bid.height < 1 << Short.SIZE
        && query.offersSize(AdQuery.packSize(bid.width, bid.height));
  }

  private static boolean isSeatAllowed(
      BidRequest request, PartnerAsked asked, PartnerAnswer answer, PartnerBid bid) {
    int from = Span.offset(bid.seat);
    int length = Span.length(bid.seat);
    return asked.form().hasSeat(answer.bytes(), from, length)
        && PartnerForm.isAllowed(request, answer.bytes(), from, length);
  }

  private static Reason blocked(BidRequest request, Imp imp, PartnerAnswer answer, PartnerBid bid) {
    if (request.blockedAdvertisers.size() > 0
        && (bid.domains.size() == 0 || namesDomain(request, answer, bid.domains))) {
      return Reason.BLOCKED_ADVERTISER;
    }
    Reason category = category(request, answer, bid);
    if (category != Reason.NONE) {
      return category;
    }
    for (int i = 0; i < bid.attributes.size(); i++) {
      if (imp.blockedAttributes.contains(bid.attributes.get(i))) {
        return Reason.BLOCKED_ATTRIBUTE;
      }
    }
    if (bid.bundle != Span.NONE && holds(request, request.blockedApps, answer, bid.bundle)) {
      return Reason.BLOCKED_ADVERTISER;
    }
    boolean spoken =
        bid.language == Span.NONE
            || request.languages.size() + request.languageTags.size() == 0
            || holds(request, request.languages, answer, bid.language)
            || holds(request, request.languageTags, answer, bid.language);
    return spoken ? Reason.NONE : Reason.BID_INVALID;
  }

  private static Reason category(BidRequest request, PartnerAnswer answer, PartnerBid bid) {
    boolean limited = request.allowedCategories.size() > 0;
    if (request.blockedCategories.size() == 0 && !limited) {
      return Reason.NONE;
    }
    if (bid.categories.size() == 0) {
      return limited ? Reason.CATEGORY_NOT_ALLOWED : Reason.NONE;
    }
    if (bid.categoryTaxonomy != request.categoryTaxonomy) {
      return Reason.TAXONOMY_NOT_SERVED;
    }
    for (int i = 0; i < bid.categories.size(); i++) {
      long category = bid.categories.get(i);
      if (holdsCategory(request, request.blockedCategories, answer, category)) {
        return Reason.BLOCKED_CATEGORY;
      }
      if (limited && !holdsCategory(request, request.allowedCategories, answer, category)) {
        return Reason.CATEGORY_NOT_ALLOWED;
      }
    }
    return Reason.NONE;
  }

  /** Whether a list names a category or one above it: {@code IAB1} is above {@code IAB1-2}. */
  private static boolean holdsCategory(
      BidRequest request, SpanList list, PartnerAnswer answer, long category) {
    for (int i = 0; i < list.size(); i++) {
      long named = list.get(i);
      int length = Span.length(named);
      boolean above =
          length < Span.length(category) && answer.bytes()[Span.offset(category) + length] == '-';
      if ((length == Span.length(category) || above)
          && same(request, named, answer, Span.offset(category), length)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code badv} names one of the domains, or one above it. */
  private static boolean namesDomain(BidRequest request, PartnerAnswer answer, SpanList domains) {
    for (int i = 0; i < domains.size(); i++) {
      long domain = domains.get(i);
      for (int k = 0; k < request.blockedAdvertisers.size(); k++) {
        long blocked = withoutWww(request.bytes(), request.blockedAdvertisers.get(k));
        int length = Span.length(blocked);
        int at = Span.end(domain) - length;
        boolean edge =
            at == Span.offset(domain) || at > Span.offset(domain) && answer.bytes()[at - 1] == '.';
        if (length > 0 && edge && same(request, blocked, answer, at, length)) {
          return true;
        }
      }
    }
    return false;
  }

  private static long withoutWww(byte[] bytes, long domain) {
    int from = Span.offset(domain);
    boolean www = Span.length(domain) > WWW.length;
    for (int i = 0; www && i < WWW.length; i++) {
      www = fold(bytes[from + i]) == WWW[i];
    }
    return www ? Span.of(from + WWW.length, Span.length(domain) - WWW.length) : domain;
  }

  private static boolean holds(BidRequest request, SpanList list, PartnerAnswer answer, long text) {
    for (int i = 0; i < list.size(); i++) {
      if (Span.length(list.get(i)) == Span.length(text)
          && same(request, list.get(i), answer, Span.offset(text), Span.length(text))) {
        return true;
      }
    }
    return false;
  }

  /** The same but for the case of ASCII letters. */
  private static boolean same(
      BidRequest request, long named, PartnerAnswer answer, int at, int length) {
    int from = Span.offset(named);
    for (int i = 0; i < length; i++) {
      if (fold(request.bytes()[from + i]) != fold(answer.bytes()[at + i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether markup loads something over plain http: {@code http://} anywhere but as the target of a
   * link, which loads nothing. Slashes may be escaped.
   */
  private static boolean loadsInsecurely(byte[] bytes, PartnerBid bid) {
    int end = Span.end(bid.rawMarkup);
    for (int i = Span.offset(bid.rawMarkup); i + INSECURE.length + 2 <= end; i++) {
      if (fold(bytes[i]) == 'h' && isInsecure(bytes, i, end) && !isLink(bytes, i, bid.rawMarkup)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isInsecure(byte[] bytes, int at, int end) {
    for (int i = 0; i < INSECURE.length; i++) {
      if (fold(bytes[at + i]) != INSECURE[i]) {
        return false;
      }
    }
    int next = at + INSECURE.length;
    return bytes[next] == '/' || bytes[next] == '\\' && next + 1 < end && bytes[next + 1] == '/';
  }

  private static boolean isLink(byte[] bytes, int at, long markup) {
    int before = at;
    while (before > Span.offset(markup)
        && (bytes[before - 1] == '"' || bytes[before - 1] == '\'' || bytes[before - 1] == '\\')) {
      before--;
    }
    int from = before - LINK.length;
    if (from < Span.offset(markup)) {
      return false;
    }
    for (int i = 0; i < LINK.length; i++) {
      if (fold(bytes[from + i]) != LINK[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte fold(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b;
  }
}
