package io.adplatform.wire.catalogue;

import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.sbe.SignalKind;

/**
 * What an advertiser pays for, and so which signal of a bid is charged (ADRs 0084 and 0085). The
 * code stands in tokens and events.
 */
public enum BidModel {
  /** Per thousand impressions: the one signal that bills is charged as well. */
  CPM(0, null, 0, 1_000_000),
  /** Per click. One impression in a thousand is clicked where nothing is known. */
  CPC(1, SignalKind.CLICK, 1_800, 1_000),
  /** Per thousand viewable impressions. Half of them are seen where nothing is known. */
  VCPM(2, SignalKind.VIEW, 600, 500_000),
  /** Per conversion. One impression in twenty thousand converts where nothing is known. */
  CPA(3, SignalKind.CONVERSION, 43_200, 50);

  /** No effective bid is higher, CPM micros: no bid per thousand may be. */
  public static final long MAX_CPM_MICROS = 10_000_000_000L;

  private static final long MILLION = 1_000_000;
  private static final long MILLE = 1_000;

  private static final BidModel[] BY_CODE = {CPM, CPC, VCPM, CPA};

  private final int code;
  private final SignalKind charged;
  private final int chargeSeconds;
  private final int priorPerMillion;

  BidModel(int code, SignalKind charged, int chargeSeconds, int priorPerMillion) {
    this.code = code;
    this.charged = charged;
    this.chargeSeconds = chargeSeconds;
    this.priorPerMillion = priorPerMillion;
  }

  /** The number in tokens and events: 0 to 3. */
  public int code() {
    return code;
  }

  /** The model with a code, of which the two lowest bits count. */
  public static BidModel of(int code) {
    return BY_CODE[code & BY_CODE.length - 1];
  }

  /**
   * Whether a signal is charged for itself, and not because it bills.
   *
   * @param kind a value of {@link SignalKind}
   */
  public boolean charges(int kind) {
    return charged != null && kind == charged.value();
  }

  /** Whether what bills is what is charged. */
  public boolean isChargedWhenBilled() {
    return charged == null;
  }

  /**
   * How long after its token's expiry the charged signal is taken, in seconds: an impression comes
   * soon or never, a view once the page is scrolled to it, a click when the viewer likes.
   *
   * <p>Must never change for tokens in flight: the collector adds it to the expiry that it records,
   * and settlement tells repeats by that. Two collectors that add different lengths would have one
   * click charged twice, and what comes after the end that lane and lease were given finds the
   * lease closed. Another length needs another code of the model.
   */
  public int chargeSeconds() {
    return chargeSeconds;
  }

  /** How many of a million impressions are taken to be charged for while nothing is measured. */
  public int priorPerMillion() {
    return priorPerMillion;
  }

  /**
   * What the one charged signal costs, micros.
   *
   * @param amountMicros the bid: per thousand, per click or per conversion
   */
  public long chargeMicros(long amountMicros) {
    return switch (this) {
      case CPM, VCPM -> Cpm.perImpression(amountMicros);
      case CPC, CPA -> amountMicros;
    };
  }

  /**
   * What a thousand impressions are worth at a bid, rounded down.
   *
   * @param amountMicros the bid: per thousand, per click or per conversion; not negative
   * @param chargesPerMillion for how many of a million impressions it is charged, 1 to a million;
   *     of CPM all are
   * @return CPM micros, at most {@link #MAX_CPM_MICROS}, but for CPM, which is what it is
   */
  public long effectiveCpmMicros(long amountMicros, int chargesPerMillion) {
    return switch (this) {
      case CPM -> amountMicros;
      case VCPM -> bounded(amountMicros, chargesPerMillion, MILLION);
      case CPC, CPA -> bounded(amountMicros, chargesPerMillion, MILLION / MILLE);
    };
  }

  /** {@code amount × rate ÷ divisor}; what would be beyond the bound may be beyond a long. */
  private static long bounded(long amountMicros, long rate, long divisor) {
    return amountMicros > MAX_CPM_MICROS * divisor / rate
        ? MAX_CPM_MICROS
        : amountMicros * rate / divisor;
  }
}
