package io.adplatform.analytics.collect;

import io.adplatform.wire.sbe.SignalKind;

/** The beacons and notices there are, by path. */
enum BeaconKind {
  IMPRESSION("/e/imp/", "imp", SignalKind.IMPRESSION),
  CLICK("/e/click/", "click", SignalKind.CLICK),
  /** A click that the player or the app has led on itself: nobody waits for an address. */
  TRACKED_CLICK("/e/clicktrack/", "clicktrack", SignalKind.CLICK),
  VIEW("/e/view/", "view", SignalKind.VIEW),
  CONVERSION("/e/conv/", "conv", SignalKind.CONVERSION),
  VIDEO_START("/e/video/start/", "video-start", SignalKind.VIDEO_START),
  VIDEO_FIRST_QUARTILE(
      "/e/video/firstQuartile/", "video-first-quartile", SignalKind.VIDEO_FIRST_QUARTILE),
  VIDEO_MIDPOINT("/e/video/midpoint/", "video-midpoint", SignalKind.VIDEO_MIDPOINT),
  VIDEO_THIRD_QUARTILE(
      "/e/video/thirdQuartile/", "video-third-quartile", SignalKind.VIDEO_THIRD_QUARTILE),
  VIDEO_COMPLETE("/e/video/complete/", "video-complete", SignalKind.VIDEO_COMPLETE),
  VIDEO_ERROR("/e/video/error/", "video-error", SignalKind.VIDEO_ERROR),
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

  /** Whether it tells of a video. */
  boolean isVideo() {
    return label.startsWith("video-");
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
