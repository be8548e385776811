package io.adplatform.analytics.explain;

import io.adplatform.wire.event.Reason;

/** Reasons as sentences for people. */
final class ReasonText {
  private ReasonText() {}

  /** The name of a reason's code; the number itself where this release does not know it. */
  static String name(int code) {
    Reason reason = Reason.of(code);
    return reason == null ? Integer.toString(code) : reason.name();
  }

  /** What a reason means for an auction or a candidate. */
  static String sentence(int code) {
    Reason reason = Reason.of(code);
    if (reason == null) {
      return "For a reason that this release does not know.";
    }
    return switch (reason) {
      case NONE -> "It was the bid.";
      case PARTNER_PAUSED -> "The supply partner is paused.";
      case RATE_LIMITED -> "The supply partner sent more requests than agreed.";
      case TMAX_TOO_SMALL -> "The SSP left too little time to answer.";
      case NO_CATALOGUE -> "The node had not read the catalogue yet.";
      case OVERLOADED -> "The node had too much to do.";
      case JOURNAL_FULL -> "The node's journal took no record, so it did not bid.";
      case FORMAT_NOT_SERVED -> "No format that was asked for is served.";
      case CURRENCY_NOT_SERVED -> "The advertiser's currency was not asked for.";
      case INSECURE_ENDPOINT -> "The imp asked for https, and our notices and beacons are http.";
      case PRIVATE_AUCTION -> "The imp was for deals only.";
      case TAXONOMY_NOT_SERVED -> "The request's categories were of a taxonomy that is not served.";
      case NO_MATCH -> "No line item was for such a request.";
      case STATUS -> "It or its campaign was not active.";
      case SCHEDULE -> "It was not its time: before the start or after the end.";
      case TARGETING -> "Its targeting did not meet the request.";
      case SIZE -> "None of its creatives had a size that was asked for.";
      case BLOCKED_CATEGORY -> "The request blocked a category of its creative.";
      case BLOCKED_ADVERTISER -> "The request blocked its advertiser's domain.";
      case BLOCKED_ATTRIBUTE -> "The request blocked an attribute of its creative.";
      case CREATIVE_INSECURE -> "The request asked for https, and its creative loads over http.";
      case CATEGORY_NOT_ALLOWED -> "The request allowed other categories than its creative's.";
      case BLOCKED_TYPE -> "The request blocked the kind of its creative's markup.";
      case RESPONSE_FULL -> "The bids on the imps before it had filled the response.";
      case MIME_NOT_OFFERED -> "The request took no content of the type of its creative.";
      case FORMAT_NOT_OFFERED -> "None of its creatives had a format that was asked for.";
      case VIDEO_DURATION -> "The player took no video of the length of its creative.";
      case VIDEO_PROTOCOL -> "The player took no document of its creative's VAST version.";
      case VIDEO_PLAYER ->
          "No file of its creative fitted the player: turned the other way, of another bit rate or"
              + " delivery, or in need of an API.";
      case VIDEO_LINEARITY -> "The player shows ads beside the content alone.";
      case NATIVE_ASSET -> "Its creative lacks a required asset, or it was too long or too small.";
      case QUANTITY_NOT_SERVED ->
          "One bid would have been billed for another number of impressions than one.";
      case BELOW_FLOOR -> "Its bid, less the partner's margin, was below the floor.";
      case PACED -> "Its pacing left it out of this auction, so that its budget lasts.";
      case NO_LEASE -> "The node held no budget for it at that moment.";
      case BUDGET_EXHAUSTED -> "Its budget on the node was spent or reserved.";
      case FREQUENCY_CAPPED ->
          "This user had seen it, or more of its campaign or advertiser, as often as its caps"
              + " allow, or bids for that were out.";
      case FREQUENCY_UNKNOWN ->
          "It has frequency caps, and how often this user had seen it was not known: no usable id,"
              + " or no answer in time.";
      case OUTBID -> "Another line item bid more.";
      case LOST_TIE -> "Another line item bid the same and won the draw.";
      case DEAL_ONLY -> "It bids on deals alone, and the imp named none of its deals.";
      case DEAL_SEAT_NOT_ALLOWED -> "The request kept the deal for other seats.";
      case DEAL_ADVERTISER_NOT_ALLOWED -> "The deal was not for a domain of its advertiser.";
      case NO_EXCHANGE_RATE -> "The floor was in a currency for which no rate was known.";
      case NO_CREATIVE -> "It had no active creative.";
      default -> reason.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ') + ".";
    };
  }
}
