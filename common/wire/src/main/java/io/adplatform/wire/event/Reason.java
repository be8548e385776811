package io.adplatform.wire.event;

/**
 * Why an imp got no bid, or why a candidate was not the bid. A reason is a value with a number: it
 * is counted and recorded, never thrown. Numbers stay; new reasons are appended.
 */
public enum Reason {
  /** It won, or there was a bid. */
  NONE(0),
  // Requests that no auction is run for.
  PARTNER_PAUSED(1),
  RATE_LIMITED(2),
  TMAX_TOO_SMALL(3),
  NO_CATALOGUE(4),
  OVERLOADED(5),
  JOURNAL_FULL(6),
  /** A crawler, or another machine that no ad is shown to (OpenRTB 2.6, 7.1). */
  INVALID_TRAFFIC(7),
  // Imps and requests that nothing here can answer.
  FORMAT_NOT_SERVED(10),
  CURRENCY_NOT_SERVED(11),
  INSECURE_ENDPOINT(12),
  PRIVATE_AUCTION(13),
  NO_MATCH(14),
  /** {@code wseat} and {@code bseat} leave our seat out. */
  SEAT_NOT_ALLOWED(15),
  /**
   * {@code bcat} or {@code acat} in a taxonomy ({@code cattax}) that creatives are not filed by.
   */
  TAXONOMY_NOT_SERVED(16),
  // Why a line item fell out, in the order of the stages.
  STATUS(20),
  SCHEDULE(21),
  TARGETING(22),
  SIZE(23),
  BLOCKED_CATEGORY(24),
  BLOCKED_ADVERTISER(25),
  BLOCKED_ATTRIBUTE(26),
  CREATIVE_INSECURE(27),
  BELOW_FLOOR(28),
  NO_LEASE(29),
  BUDGET_EXHAUSTED(30),
  OUTBID(31),
  LOST_TIE(32),
  NO_CREATIVE(33),
  // More of what a request may refuse in a creative, after CREATIVE_INSECURE.
  /** {@code acat} leaves out one of its categories, or it has none. */
  CATEGORY_NOT_ALLOWED(34),
  /** {@code btype} names a kind of its markup. */
  BLOCKED_TYPE(35),
  /** {@code banner.mimes} has nothing that its markup is. */
  MIME_NOT_OFFERED(36),
  // After BELOW_FLOOR.
  /** It is paced, and the draw left it out of this auction. */
  PACED(37),
  /** The bids before it have filled the response. */
  RESPONSE_FULL(40),
  // Frequency caps, behind the index.
  /** A cap of it, its campaign or its advertiser is reached for this user. */
  FREQUENCY_CAPPED(38),
  /** It has caps, and the user's counters are not known: no id, or no answer in time. */
  FREQUENCY_UNKNOWN(39),
  // Bids of demand partners, beside those above.
  /** It breaks a must of a bid: no id, an imp that was not asked about, no price (4.2.3). */
  BID_INVALID(41),
  /** It has no {@code adm}; markup is not fetched from {@code nurl} (4.3). */
  BID_WITHOUT_MARKUP(42),
  /** Its {@code exp} is over before it could be shown (7.2). */
  BID_LAPSES(43),
  /** Another bid of its {@code seatbid.group} did not win (4.2.2). */
  GROUP_BROKEN(44),
  /** It names a deal that the imp does not offer it (3.2.12). */
  DEAL_NOT_OFFERED(45),
  // Deals and floors.
  /** It bids on deals alone, and the imp names none of its own. */
  DEAL_ONLY(46),
  /** The deal's {@code wseat} leaves our seat out. */
  DEAL_SEAT_NOT_ALLOWED(47),
  /** A {@code wadomain} of the deal leaves a domain of its creative out. */
  DEAL_ADVERTISER_NOT_ALLOWED(48),
  /** The floor is in another currency than the bids, and no rate between the two is known. */
  NO_EXCHANGE_RATE(49),
  // Formats: before SIZE, or beside MIME_NOT_OFFERED.
  /** The imp offers other formats than its creative has. */
  FORMAT_NOT_OFFERED(60),
  /** {@code minduration}, {@code maxduration} or {@code rqddurs} leave out its duration. */
  VIDEO_DURATION(61),
  /** {@code protocols} leaves out its VAST version, inline or wrapper. */
  VIDEO_PROTOCOL(62),
  /** No file of it fits the player: orientation, bit rate, delivery, or an API it needs. */
  VIDEO_PLAYER(63),
  /** The player shows ads beside the content alone ({@code linearity} 2). */
  VIDEO_LINEARITY(64),
  /** It has not what a required asset of the native request asks for. */
  NATIVE_ASSET(65),
  /** {@code qty.multiplier} is not 1: supply would bill more than one impression. */
  QUANTITY_NOT_SERVED(66);

  private static final Reason[] BY_CODE = new Reason[128];

  static {
    for (Reason reason : values()) {
      BY_CODE[reason.code] = reason;
    }
  }

  private final int code;

  Reason(int code) {
    this.code = code;
  }

  /** Its number in records. */
  public int code() {
    return code;
  }

  /** The reason with a number, or null. */
  public static Reason of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
