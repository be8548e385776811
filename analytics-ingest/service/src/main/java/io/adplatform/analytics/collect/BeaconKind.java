package io.adplatform.analytics.collect;

import io.adplatform.wire.sbe.SignalKind;

/** The beacons and notices there are, by path. */
enum BeaconKind {
  IMPRESSION("/e/imp/", "imp", SignalKind.IMPRESSION),
  CLICK("/e/click/", "click", SignalKind.CLICK),
  VIEW("/e/view/", "view", SignalKind.VIEW),
  CONVERSION("/e/conv/", "conv", SignalKind.CONVERSION),
  WIN("/n/win/", "win", SignalKind.WIN),
  BILL("/n/bill/", "bill", SignalKind.BILL),
  LOSS("/n/loss/", "loss", SignalKind.LOSS);

  private static final BeaconKind[] ALL = values();

  private final String prefix;
  private final String label;
  private final SignalKind signal;

  BeaconKind(String prefix, String label, SignalKind signal) {
    this.prefix = prefix;
    this.label = label;
    this.signal = signal;
  }

  /** What its path begins with; the token is the rest. */
  String prefix() {
    return prefix;
  }

  /** What it is called in metrics. */
  String label() {
    return label;
  }

  SignalKind signal() {
    return signal;
  }

  /** The kind that a path is of, or null. */
  static BeaconKind of(String path) {
    for (BeaconKind kind : ALL) {
      if (path.startsWith(kind.prefix)) {
        return kind;
      }
    }
    return null;
  }
}
