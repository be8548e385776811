package io.adplatform.wire.partner;

import io.adplatform.wire.event.Reason;

/** Loss reasons of OpenRTB (AdCOM 1.0, list: loss reason codes), by our own. Pure; any thread. */
public final class LossReason {
  /** The bid won. */
  public static final int WON = 0;

  private static final int INTERNAL_ERROR = 1;
  private static final int INVALID_BID = 3;
  private static final int INVALID_DEAL = 4;
  private static final int MISSING_MARKUP = 7;
  private static final int BELOW_FLOOR = 100;
  private static final int OUTBID = 102;
  private static final int SEAT_BLOCKED = 104;
  private static final int FILTERED = 200;
  private static final int SIZE = 203;
  private static final int FORMAT = 204;
  private static final int ADVERTISER = 205;
  private static final int NOT_SECURE = 207;
  private static final int CATEGORY = 209;
  private static final int ATTRIBUTE = 210;
  private static final int AD_TYPE = 211;

  private LossReason() {}

  /** What a bid's partner is told of why it lost. */
  public static int of(Reason reason) {
    return switch (reason) {
      case NONE -> WON;
      case OUTBID, LOST_TIE, GROUP_BROKEN -> OUTBID;
      case BELOW_FLOOR -> BELOW_FLOOR;
      case BID_INVALID, CURRENCY_NOT_SERVED, BID_LAPSES -> INVALID_BID;
      case BID_WITHOUT_MARKUP -> MISSING_MARKUP;
      case DEAL_NOT_OFFERED -> INVALID_DEAL;
      case SEAT_NOT_ALLOWED -> SEAT_BLOCKED;
      case SIZE -> SIZE;
      case FORMAT_NOT_SERVED -> FORMAT;
      case BLOCKED_ADVERTISER -> ADVERTISER;
      case CREATIVE_INSECURE -> NOT_SECURE;
      case BLOCKED_CATEGORY, CATEGORY_NOT_ALLOWED, TAXONOMY_NOT_SERVED -> CATEGORY;
      case BLOCKED_ATTRIBUTE -> ATTRIBUTE;
      case BLOCKED_TYPE, MIME_NOT_OFFERED -> AD_TYPE;
      case TARGETING -> FILTERED;
      default -> INTERNAL_ERROR;
    };
  }
}
