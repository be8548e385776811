package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;

/**
 * An auction's record as lines for people: outcome first, then each candidate with why it won or
 * fell out.
 */
final class ExplainText {
  private static final int MICRO_DECIMALS = 6;
  private static final double NANOS_PER_MICRO = 1e3;

  private ExplainText() {}

  /** The lines of an auction as {@code GET /auctions/{id}} answers it. */
  static String of(JsonNode auction) {
    StringBuilder text = new StringBuilder();
    text.append("Auction ").append(auction.path("auctionId").asText());
    text.append(" at ").append(auction.path("time").asText()).append('\n');
    JsonNode imp = auction.path("imp");
    line(
        text,
        "asked",
        auction.path("supplyPartner").asText(auction.path("supplyPartnerId").asText())
            + ", imp "
            + (imp.path("index").asInt() + 1)
            + " of "
            + imp.path("count").asInt()
            + ", "
            + imp.path("format").asText()
            + " "
            + imp.path("width").asText()
            + "x"
            + imp.path("height").asText()
            + ", "
            + auction.path("country").asText("country unknown")
            + ", "
            + auction.path("deviceType").asText("device unknown")
            + (auction.path("test").asBoolean() ? ", test" : ""));
    line(
        text,
        "floor",
        cpm(auction.path("floorCpmMicros")) + " " + auction.path("currency").asText());
    line(
        text,
        "outcome",
        auction.path("outcome").asText()
            + reason(auction.path("reason").asText())
            + ": "
            + auction.path("explanation").asText());
    if (auction.hasNonNull("bid")) {
      line(text, "bid", cpm(auction.path("bid").path("priceCpmMicros")) + " CPM sent");
    }
    if (auction.hasNonNull("dealId")) {
      line(text, "deal", auction.get("dealId").asText());
    }
    for (JsonNode deal : auction.path("dealsWithoutBid")) {
      line(text, "deal", deal.path("dealId").asText() + ": " + deal.path("explanation").asText());
    }
    for (JsonNode bid : auction.path("additionalBids")) {
      line(
          text,
          "bid too",
          cpm(bid.path("priceCpmMicros"))
              + " CPM sent for "
              + bid.path("lineItemId").asText()
              + ", auction "
              + bid.path("auctionId").asText());
    }
    line(
        text,
        "took",
        auction.path("timing").path("totalNanos").asLong() / NANOS_PER_MICRO
            + " us, catalogue version "
            + auction.path("catalogueVersion").asText());
    for (JsonNode candidate : auction.path("candidates")) {
      candidate(text, candidate);
    }
    if (auction.hasNonNull("furtherCandidates")) {
      line(text, "and", "line items not listed, by reason: " + auction.get("furtherCandidates"));
    }
    return text.toString();
  }

  private static void candidate(StringBuilder text, JsonNode candidate) {
    line(
        text,
        candidate.path("outcome").asText().equals("WON") ? "won" : "lost",
        cpm(candidate.path("priceCpmMicros"))
            + "  "
            + candidate.path("lineItem").asText("another account's line item")
            + (candidate.hasNonNull("lineItemId")
                ? " (" + candidate.path("lineItemId").asText() + ")"
                : "")
            + reason(candidate.path("reason").asText())
            + ": "
            + candidate.path("explanation").asText()
            + pricing(candidate.path("pricing"))
            + (candidate.hasNonNull("minToWinCpmMicros")
                ? " Minimum to win: " + cpm(candidate.path("minToWinCpmMicros")) + "."
                : ""));
  }

  private static String pricing(JsonNode pricing) {
    return pricing.isMissingNode()
        ? ""
        : " Its price: %s of %s, charged for %d of a million impressions."
            .formatted(
                pricing.path("model").asText(),
                cpm(pricing.path("amountMicros")),
                pricing.path("chargesPerMillion").asLong());
  }

  private static String reason(String code) {
    return code.isEmpty() || code.equals("NONE") ? "" : ", " + code;
  }

  private static String cpm(JsonNode micros) {
    return micros.isNumber()
        ? BigDecimal.valueOf(micros.longValue(), MICRO_DECIMALS)
            .stripTrailingZeros()
            .toPlainString()
        : "-";
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("  ").append("%-9s".formatted(name)).append(value).append('\n');
  }
}
