package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.IntList;
import io.adplatform.wire.json.Span;

/** {@code imp.video} (OpenRTB 2.6, 3.2.7): what a player takes. Codes are AdCOM's. */
public final class Video {
  /** Whether video is offered. */
  public boolean offered;

  /** Bits of {@link io.adplatform.wire.video.MediaType}: {@code mimes} that are known here. */
  public long mimes;

  /** Whether {@code mimes} has anything: else any type may come. */
  public boolean hasMimes;

  /** Least duration in seconds; 0 where not given. */
  public int minSeconds;

  /** Greatest duration in seconds; 0 where not given. */
  public int maxSeconds;

  /** {@code rqddurs}: the only durations, seconds; empty where minimum and maximum hold. */
  public final IntList requiredSeconds = new IntList();

  /** {@code protocols}, and the deprecated {@code protocol}; empty is any. */
  public final IntList protocols = new IntList();

  /** Width of the player in device-independent pixels; 0 where not given. */
  public int width;

  /** Height of the player; 0 where not given. */
  public int height;

  /** Seconds into the content, or 0 pre-roll, -1 mid-roll, -2 post-roll; MIN_VALUE: not given. */
  public int startDelay;

  /** {@code plcmt}; -1 where not given. */
  public int placementSubtype;

  /** 1 linear, 2 not; 0 where not given: both. */
  public int linearity;

  /** 1 where the player lets skip, 0 where not; -1 where not given. */
  public int skip;

  /** Least bit rate in Kbps; 0 where not given. */
  public int minBitrateKbps;

  /** Greatest bit rate in Kbps; 0 where not given. */
  public int maxBitrateKbps;

  /** Blocked creative attributes. */
  public final IntList blockedAttributes = new IntList();

  /** API frameworks that are supported; others are not. */
  public final IntList apis = new IntList();

  /** Ways of delivery; empty is any. */
  public final IntList deliveries = new IntList();

  /** How many {@code companionad} there are. */
  public int companions;

  /** {@code mincpmpersec} in CPM micros; 0 where not given. */
  public long minCpmMicrosPerSecond;

  /** {@code durfloors}, raw. */
  public long durationFloors;

  void reset() {
    offered = false;
    mimes = 0;
    hasMimes = false;
    minSeconds = 0;
    maxSeconds = 0;
    requiredSeconds.clear();
    protocols.clear();
    width = 0;
    height = 0;
    startDelay = Integer.MIN_VALUE;
    placementSubtype = -1;
    linearity = 0;
    skip = -1;
    minBitrateKbps = 0;
    maxBitrateKbps = 0;
    blockedAttributes.clear();
    apis.clear();
    deliveries.clear();
    companions = 0;
    minCpmMicrosPerSecond = 0;
    durationFloors = Span.NONE;
  }
}
