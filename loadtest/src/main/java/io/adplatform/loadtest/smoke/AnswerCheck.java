package io.adplatform.loadtest.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.loadtest.exchange.RequestFile;
import io.adplatform.loadtest.exchange.Ssp;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at an answer to a bid request, field by field. */
final class AnswerCheck {
  private static final int OK = 200;
  private static final String TOKEN = "[A-Za-z0-9_-]{140}";
  private static final int MIN_EXPIRY_SECONDS = 60;

  private final Check check;
  private final Demand demand;
  private final String publicUrl;

  AnswerCheck(Check check, Demand demand, String publicUrl) {
    this.check = check;
    this.demand = demand;
    this.publicUrl = publicUrl;
  }

  /** Holds an answer against what is said of its request. */
  void look(RequestFile request, Seller.Asked asked) throws IOException {
    String name = request.name();
    Ssp.Answer answer = asked.answer();
    check.that(
        request.status().equals(Integer.toString(answer.status()))
            || request.status().equals("2xx") && answer.status() / 100 == 2,
        name + ": status " + request.status() + ", was " + answer.status());
    check.equal("2.6", answer.version(), name + ": x-openrtb-version");
    if (answer.status() == OK) {
      response(request, answer);
    } else {
      check.that(answer.body().isMissingNode(), name + ": no body, was " + answer.body());
      check.equal("identity", answer.encoding(), name + ": encoding of no body");
      check.equal(List.of(), asked.bids(), name + ": bids without a body");
    }
    bids(request, asked);
  }

  private void response(RequestFile request, Ssp.Answer answer) throws IOException {
    String name = request.name();
    check.equal(
        request.gzip() ? "gzip" : "identity", answer.encoding(), name + ": content encoding");
    check.equal("application/json", answer.contentType(), name + ": content type");
    check.equal(request.json().path("id"), answer.body().path("id"), name + ": id");
    check.equal("USD", answer.body().path("cur").asText("USD"), name + ": cur");
    check.equal(1, answer.body().path("seatbid").size(), name + ": seats");
    check.equal(
        "adplatform", answer.body().path("seatbid").path(0).path("seat").asText(), name + ": seat");
  }

  private void bids(RequestFile request, Seller.Asked asked) {
    String name = request.name();
    if (!request.status().equals("2xx")) {
      check.equal(request.bids().size(), asked.bids().size(), name + ": number of bids");
      check.equal(request.bids().size(), asked.sold().size(), name + ": number of our bids");
    }
    Set<String> imps = new HashSet<>();
    for (JsonNode bid : asked.bids()) {
      check.that(imps.add(bid.path("impid").asText()), name + ": one bid for each imp: " + bid);
    }
    for (Sold sold : asked.sold()) {
      String imp = sold.bid().json().path("impid").asText();
      check.that(
          request.bids().containsKey(imp), name + ": no bid of ours for imp " + imp + ": " + sold);
    }
    request
        .bids()
        .forEach(
            (imp, expected) -> {
              Sold sold = asked.soldFor(imp);
              if (check.that(sold != null, name + ": a bid of ours for imp " + imp)) {
                bid(name + " imp " + imp, sold, expected);
              }
            });
  }

  private void bid(String where, Sold sold, RequestFile.Expected expected) {
    JsonNode bid = sold.bid().json();
    String size = bid.path("w").asInt() + "x" + bid.path("h").asInt();
    check.that(expected.sizes().contains(size), where + ": size " + size);
    check.that(bid.path("id").asText().matches("[0-9a-f]{32}"), where + ": id");
    check.equal(expected.lineItem(), sold.lineItem().name(), where + ": line item");
    check.equal(
        0,
        BigDecimal.valueOf(sold.lineItem().cpmMicros(), 6)
            .compareTo(bid.path("price").decimalValue()),
        where + ": price " + bid.path("price"));
    check.equal(demand.campaignId, bid.path("cid").asText(), where + ": cid");
    check.equal(demand.creativeId(size), bid.path("crid").asText(), where + ": crid");
    check.equal("[\"" + Demand.DOMAIN + "\"]", bid.path("adomain").toString(), where + ": adomain");
    check.equal("[\"" + Demand.CATEGORY + "\"]", bid.path("cat").toString(), where + ": cat");
    check.equal("[" + Demand.ATTRIBUTE + "]", bid.path("attr").toString(), where + ": attr");
    check.equal(1, bid.path("mtype").asInt(), where + ": mtype");
    check.that(bid.path("exp").asInt() >= MIN_EXPIRY_SECONDS, where + ": exp " + bid.path("exp"));
    addresses(where, bid, size);
  }

  /** All addresses carry one token, and the macros are left for the SSP to fill. */
  private void addresses(String where, JsonNode bid, String size) {
    Set<String> tokens = new HashSet<>();
    String price = Pattern.quote("?p=${AUCTION_PRICE}");
    address(where + ": nurl", bid.path("nurl"), "/n/win/", price, tokens);
    address(where + ": burl", bid.path("burl"), "/n/bill/", price, tokens);
    address(
        where + ": lurl",
        bid.path("lurl"),
        "/n/loss/",
        price + Pattern.quote("&r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}"),
        tokens);
    String[] markup = Demand.markup(size).split(Pattern.quote("${CLICK_URL}"));
    Matcher adm =
        Pattern.compile(
                Pattern.quote(markup[0] + publicUrl + "/e/click/")
                    + "("
                    + TOKEN
                    + ")"
                    + Pattern.quote(markup[1] + "<img src=\"" + publicUrl + "/e/imp/")
                    + "("
                    + TOKEN
                    + ")"
                    + price
                    + "\"[^<>]*>")
            .matcher(bid.path("adm").asText());
    if (check.that(
        adm.matches(), where + ": adm is the markup, then the beacon: " + bid.path("adm"))) {
      tokens.add(adm.group(1));
      tokens.add(adm.group(2));
    }
    check.equal(1, tokens.size(), where + ": tokens in one bid");
  }

  private void address(
      String what, JsonNode address, String path, String query, Set<String> tokens) {
    Matcher found =
        Pattern.compile(Pattern.quote(publicUrl + path) + "(" + TOKEN + ")" + query)
            .matcher(address.asText());
    if (check.that(found.matches(), what + " " + address)) {
      tokens.add(found.group(1));
    }
  }
}
