package io.adplatform.settle.signal;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.sbe.NoticeKind;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.token.Token;

/** What a signal is, by its kind and its token's flags. Pure. */
public final class SignalRules {
  private static final int BILLABLE_SHIFT = 1;
  private static final int BILLABLE_MASK = 3;

  private SignalRules() {}

  /** Whether a kind of signal is the one that the line item, or the demand partner, pays for. */
  public static boolean isCharged(int kind, int flags) {
    BidModel model = Token.model(flags);
    return model.isChargedWhenBilled() ? isBillable(kind, flags) : model.charges(kind);
  }

  /** Whether a kind of signal is the one agreed with supply to bill. */
  public static boolean isBillable(int kind, int flags) {
    int agreed = (flags >> BILLABLE_SHIFT) & BILLABLE_MASK;
    int billing =
        agreed == BillableEvent.BURL.code()
            ? SignalKind.BILL.value()
            : SignalKind.IMPRESSION.value();
    return kind == billing;
  }

  /** Whether the bid was a demand partner's. */
  public static boolean isPartners(int flags) {
    return (flags & Token.FLAG_PARTNER) != 0;
  }

  /**
   * Which of its URLs a demand partner is told of a signal by: {@code nurl} of our win, {@code
   * burl} of what is charged, {@code lurl} of our loss (OpenRTB 2.6, 4.2.3); null is none.
   */
  static NoticeKind notice(int kind, int flags) {
    if (isCharged(kind, flags)) {
      return NoticeKind.BURL;
    }
    if (kind == SignalKind.WIN.value()) {
      return NoticeKind.NURL;
    }
    return kind == SignalKind.LOSS.value() ? NoticeKind.LURL : null;
  }

  /** What a signal counts as; null where there is no such kind. */
  public static SettledKind settledKind(int kind) {
    return switch (kind) {
      case 1 -> SettledKind.IMPRESSION;
      case 2 -> SettledKind.CLICK;
      case 3 -> SettledKind.VIEW;
      case 4 -> SettledKind.CONVERSION;
      case 10 -> SettledKind.WIN;
      case 11 -> SettledKind.BILL;
      case 12 -> SettledKind.LOSS;
      case 20 -> SettledKind.VIDEO_START;
      case 21 -> SettledKind.VIDEO_FIRST_QUARTILE;
      case 22 -> SettledKind.VIDEO_MIDPOINT;
      case 23 -> SettledKind.VIDEO_THIRD_QUARTILE;
      case 24 -> SettledKind.VIDEO_COMPLETE;
      case 25 -> SettledKind.VIDEO_ERROR;
      default -> null;
    };
  }

  /**
   * Whether a kind of signal tells how far a video has played. These are remembered apart: the bits
   * of a table are those of all other kinds.
   */
  public static boolean isVideo(int kind) {
    return kind >= SignalKind.VIDEO_START.value();
  }

  /** One of eight bits: those of auctions and further bids, which are no signals, are free. */
  public static int kindBit(int kind) {
    return switch (settledKind(kind)) {
      case VIEW -> 1;
      case CONVERSION -> 1 << SettledKind.AUCTION.value();
      case SettledKind video when isVideo(kind) ->
          1 << video.value() - SettledKind.VIDEO_START.value();
      case SettledKind other -> 1 << other.value();
    };
  }
}
