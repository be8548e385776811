package io.adplatform.analytics.collect;

/**
 * Why an SSP says that a bid lost, in so few groups that each is a label (OpenRTB 2.x, list of loss
 * reasons).
 */
enum LossReason {
  /** 1. */
  INTERNAL_ERROR,
  /** 2. */
  EXPIRED,
  /** 3 to 9: the response, the bid or its ids are not valid. */
  INVALID,
  /** 100. */
  BELOW_FLOOR,
  /** 101. */
  BELOW_DEAL_FLOOR,
  /** 102. */
  OUTBID,
  /** 103. */
  LOST_TO_DEAL,
  /** 104. */
  SEAT_BLOCKED,
  /** 200 to 299: the creative was not accepted. */
  CREATIVE,
  /** From 1000: the exchange's own. */
  EXCHANGE_SPECIFIC,
  /** Anything else. */
  OTHER,
  /** None, or none that can be read. */
  NOT_GIVEN;

  private static final int INVALID_TO = 9;
  private static final int FIRST_OF_PRICE = 100;
  private static final int CREATIVE_FROM = 200;
  private static final int CREATIVE_TO = 299;
  private static final int OWN_FROM = 1_000;

  /** The group of a code. */
  static LossReason of(int code) {
    if (code == SignalPublisher.NO_LOSS_REASON) {
      return NOT_GIVEN;
    }
    if (code >= OWN_FROM) {
      return EXCHANGE_SPECIFIC;
    }
    if (code >= CREATIVE_FROM && code <= CREATIVE_TO) {
      return CREATIVE;
    }
    return switch (code) {
      case 1 -> INTERNAL_ERROR;
      case 2 -> EXPIRED;
      case FIRST_OF_PRICE -> BELOW_FLOOR;
      case FIRST_OF_PRICE + 1 -> BELOW_DEAL_FLOOR;
      case FIRST_OF_PRICE + 2 -> OUTBID;
      case FIRST_OF_PRICE + 3 -> LOST_TO_DEAL;
      case FIRST_OF_PRICE + 4 -> SEAT_BLOCKED;
      default -> code > 2 && code <= INVALID_TO ? INVALID : OTHER;
    };
  }
}
