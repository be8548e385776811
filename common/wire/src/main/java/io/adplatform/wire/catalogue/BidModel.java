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

  /**
   * No line item bids more before it was charged often enough to be believed, CPM micros: twenty
   * units are what dear display demand pays, so that two cents are what an impression can be bought
   * for on trust.
   */
  public static final long UNPROVEN_CPM_MICROS = 20_000_000L;

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
   * The same of a line item, which bids no more by it than {@link #UNPROVEN_CPM_MICROS}.
   *
   * @param chargeMicros what the one charged signal costs, above 0
   */
  public int priorPerMillion(long chargeMicros) {
    return isChargedWhenBilled()
        ? priorPerMillion
        : (int) Math.min(priorPerMillion, perMillion(UNPROVEN_CPM_MICROS, chargeMicros));
  }

  /**
   * Of how many of a million impressions a charge brings a price per thousand; of all but CPM.
   *
   * @param cpmMicros at most {@link #MAX_CPM_MICROS}
   * @param chargeMicros what the one charged signal costs, above 0
   * @return at least 1, whatever that is worth: less cannot be told
   */
  public static long perMillion(long cpmMicros, long chargeMicros) {
    return Math.max(1, cpmMicros * (MILLION / MILLE) / chargeMicros);
  }

  /**
   * For how many of a million impressions a line item is taken to be charged.
   *
   * @param chargeMicros what the one charged signal costs now
   * @param measured as told last; 0 is not to bid, null where nothing was told
   * @param toldMicros what the charge cost then; null is the same
   */
  public int chargesPerMillion(long chargeMicros, Integer measured, Long toldMicros) {
    long charge = Math.max(1, chargeMicros);
    if (isChargedWhenBilled() || measured == null) {
      return priorPerMillion(charge);
    }
    return toldMicros == null ? measured : rescaled(measured, toldMicros, charge);
  }

  /**
   * A rate that was told while a charge cost something else. Where it costs more by now, no more is
   * expected of an impression than before: who clicked at a low price has not paid the high one.
   *
   * @param perMillion as told; 0 stays so
   * @param toldMicros what the charge cost then
   * @param chargeMicros what it costs now
   */
  private static int rescaled(int perMillion, long toldMicros, long chargeMicros) {
    return chargeMicros <= toldMicros || perMillion == 0
        ? perMillion
        : (int) Math.max(1, perMillion * toldMicros / chargeMicros);
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
   * @param chargesPerMillion for how many of a million impressions it is charged, up to a million;
   *     of CPM all are, and 0 is worth nothing
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
    return rate != 0 && amountMicros > MAX_CPM_MICROS * divisor / rate
        ? MAX_CPM_MICROS
        : amountMicros * rate / divisor;
  }
}
