package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.Span;

/**
 * {@code regs} (OpenRTB 2.6, 3.2.3); numbers are -1 where not given. What 2.5 has in {@code
 * regs.ext} stays there.
 */
public final class Regs {
  /** 1: subject to COPPA. */
  public int coppa;

  /** 1: subject to the GDPR. */
  public int gdpr;

  /** The US Privacy string. */
  public long usPrivacy;

  /** The Global Privacy Platform string. */
  public long gpp;

  /** {@code gpp_sid}, raw. */
  public long gppSections;

  /** {@code ext}, raw. */
  public long ext;

  /** The whole object, raw. */
  public long whole;

  void reset() {
    coppa = -1;
    gdpr = -1;
    usPrivacy = Span.NONE;
    gpp = Span.NONE;
    gppSections = Span.NONE;
    ext = Span.NONE;
    whole = Span.NONE;
  }
}
