package io.adplatform.campaign.certify;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.campaign.check.Domains;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Format;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Judges the bids of an answer by the rules. Of one test; not thread-safe. */
final class BidCheck {
  /** More bids than this tell no more. */
  private static final int MAX_BIDS = 100;

  /** An honest price is below a million units: what auctions read at most. */
  private static final BigDecimal MAX_PRICE = BigDecimal.valueOf(1_000_000);

  private static final Pattern PLAIN_HTTP = Pattern.compile("(?i)http:\\\\?/\\\\?/");

  /** Links of anchors, and namespaces, lead away and load nothing. */
  private static final Pattern NO_LOAD =
      Pattern.compile("(?i)<a\\s[^<>]*>|\\sxmlns(:\\w+)?=[\"'][^\"']*[\"']");

  private final DemandPartner partner;
  private final Verdicts verdicts;
  private final Set<String> ids = new HashSet<>();
  private int count;

  BidCheck(DemandPartner partner, Verdicts verdicts) {
    this.partner = partner;
    this.verdicts = verdicts;
  }

  /** Forgets the answer before. */
  void reset() {
    count = 0;
    ids.clear();
  }

  /** Bids of the answer. */
  int count() {
    return count;
  }

  /** Judges an answer that has a {@code seatbid}. */
  void judge(SampleRequest sample, JsonNode response) {
    JsonNode seatBids = response.path("seatbid");
    if (!verdicts.require(Rule.JSON, seatBids.isArray(), "seatbid is no list")) {
      return;
    }
    String currency = response.path("cur").asText("USD");
    for (JsonNode seatBid : seatBids) {
      List<String> seats = partner.terms().seats();
      String seat = seatBid.path("seat").asText("");
      if (!seats.isEmpty()) {
        verdicts.require(Rule.SEAT, seats.contains(seat), "it is " + Verdicts.quoted(seat));
      }
      JsonNode bids = seatBid.path("bid");
      verdicts.require(Rule.JSON, bids.isArray(), "bid is no list");
      for (JsonNode bid : bids) {
        if (count < MAX_BIDS) {
          count++;
          judge(sample, bid, currency);
        }
      }
    }
    if (count > 0) {
      String agreed = partner.terms().currency();
      verdicts.require(
          Rule.CURRENCY,
          currency.equals(agreed),
          "it is " + Verdicts.quoted(currency) + ", agreed is " + agreed);
    }
  }

  private void judge(SampleRequest sample, JsonNode bid, String currency) {
    JsonNode id = bid.path("id");
    verdicts.require(
        Rule.BID_ID,
        id.isTextual() && !id.asText().isEmpty() && ids.add(id.asText()),
        id.isTextual() ? "twice " + Verdicts.quoted(id.asText()) : "it is missing, or no text");
    BigDecimal price = price(bid);
    JsonNode impId = bid.path("impid");
    JsonNode imp = impId.isTextual() ? sample.imp(impId.asText()) : null;
    verdicts.require(
        Rule.IMP_ID, imp != null, "there is no imp " + Verdicts.quoted(impId.asText()));
    if (imp == null) {
      return;
    }
    judgeFloor(imp, price, currency);
    judgeMarkup(imp, bid);
    judgeAdvertiser(sample, bid);
  }

  /** The price, or null where it is none. */
  private BigDecimal price(JsonNode bid) {
    JsonNode price = bid.path("price");
    boolean number = price.isNumber();
    BigDecimal value = number ? price.decimalValue() : BigDecimal.ZERO;
    boolean good = number && value.signum() > 0 && value.compareTo(MAX_PRICE) <= 0;
    verdicts.require(
        Rule.PRICE,
        good,
        price.isMissingNode() ? "it is missing" : "it is " + Verdicts.quoted(price.toString()));
    return good ? value : null;
  }

  private void judgeFloor(JsonNode imp, BigDecimal price, String currency) {
    String floorCurrency = imp.path("bidfloorcur").asText("USD");
    if (price != null && imp.has("bidfloor") && floorCurrency.equals(currency)) {
      BigDecimal floor = imp.get("bidfloor").decimalValue();
      verdicts.require(
          Rule.FLOOR,
          price.compareTo(floor) >= 0,
          "bid " + Verdicts.quoted(price.toString()) + ", the floor is " + floor);
    }
  }

  private void judgeMarkup(JsonNode imp, JsonNode bid) {
    List<Format> offered = SampleRequest.offered(imp);
    int type = bid.path("mtype").asInt(0);
    Format format = null;
    for (Format one : offered) {
      if (one.code() == type || (type == 0 && !bid.has("mtype") && offered.size() == 1)) {
        format = one;
      }
    }
    verdicts.require(
        Rule.MEDIA_TYPE,
        format != null,
        bid.has("mtype")
            ? Verdicts.quoted(bid.get("mtype").toString()) + " was not offered"
            : "it is missing, and the imp offers " + offered.size() + " types");
    JsonNode adm = bid.path("adm");
    String markup = adm.isTextual() ? adm.asText() : "";
    boolean fetched = bid.path("nurl").asText("").matches("(?i)https?://.+");
    if (format == null) {
      return;
    }
    verdicts.require(
        Rule.MARKUP,
        markup.isBlank() ? fetched : isOf(format, markup),
        markup.isBlank() ? "neither adm nor nurl" : "adm is no " + format);
    if (format == Format.BANNER) {
      judgeSize(imp, bid);
    }
    if (imp.path("secure").asInt(0) == 1 && !markup.isBlank()) {
      String loads = NO_LOAD.matcher(markup).replaceAll(" ");
      verdicts.require(
          Rule.SECURE, !PLAIN_HTTP.matcher(loads).find(), "adm has an address over plain http");
    }
  }

  private static boolean isOf(Format format, String markup) {
    return switch (format) {
      case BANNER -> true;
      case VIDEO -> markup.contains("<VAST");
      case NATIVE -> markup.strip().startsWith("{") && markup.contains("\"assets\"");
    };
  }

  private void judgeSize(JsonNode imp, JsonNode bid) {
    JsonNode banner = imp.get("banner");
    Set<String> sizes = new HashSet<>();
    if (banner.has("w") && banner.has("h")) {
      sizes.add(size(banner));
    }
    banner.path("format").forEach(one -> sizes.add(size(one)));
    boolean given = bid.has("w") || bid.has("h");
    verdicts.require(
        Rule.AD_SIZE,
        given ? sizes.contains(size(bid)) : sizes.size() == 1,
        given ? Verdicts.quoted(size(bid)) + " was not offered" : "w and h are missing");
  }

  private static String size(JsonNode sized) {
    return sized.path("w").asText("?") + "x" + sized.path("h").asText("?");
  }

  private void judgeAdvertiser(SampleRequest sample, JsonNode bid) {
    JsonNode domains = bid.path("adomain");
    verdicts.require(Rule.ADOMAIN, domains.isArray() && !domains.isEmpty(), "it is missing");
    for (JsonNode domain : domains) {
      String name = domain.asText("").toLowerCase(Locale.ROOT);
      verdicts.require(
          Rule.ADOMAIN, Domains.isDomain(name), Verdicts.quoted(name) + " is no domain");
      for (JsonNode blocked : sample.body().path("badv")) {
        verdicts.require(
            Rule.ADOMAIN,
            !name.equals(blocked.asText()) && !name.endsWith("." + blocked.asText()),
            Verdicts.quoted(name) + " is blocked");
      }
    }
    for (JsonNode category : bid.path("cat")) {
      for (JsonNode blocked : sample.body().path("bcat")) {
        String name = category.asText("");
        verdicts.require(
            Rule.CATEGORY,
            !name.equals(blocked.asText()) && !name.startsWith(blocked.asText() + "-"),
            Verdicts.quoted(name) + " is blocked");
      }
    }
  }
}
