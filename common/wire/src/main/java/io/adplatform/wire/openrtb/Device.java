package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;

/**
 * {@code device} (OpenRTB 2.6, 3.2.18 and 3.2.29); texts are spans of the request, numbers are -1
 * where not given.
 */
public final class Device {
  /** Whether the request has a device. */
  public boolean present;

  /** User agent string. */
  public long userAgent;

  /** IPv4 address. */
  public long ip;

  /** IPv6 address. */
  public long ipv6;

  /** Where it is. */
  public final Geo geo = new Geo();

  /** AdCOM device type as given, known or not. */
  public int deviceType;

  /** AdCOM connection type as given, known or not. */
  public int connectionType;

  public long make;
  public long model;

  /** Operating system. */
  public long os;

  /** Its version. */
  public long osVersion;

  /** ISO 639-1. */
  public long language;

  /** BCP 47. */
  public long languageTag;

  /** Identifier for advertising. */
  public long ifa;

  /** 1: tracking is to be limited. */
  public int limitAdTracking;

  /** 1: do not track. */
  public int doNotTrack;

  /** 1: JavaScript runs. */
  public int javaScript;

  /** Brands of {@code sua.browsers}. */
  public final SpanList suaBrowsers = new SpanList();

  /** {@code sua.platform.brand}. */
  public long suaPlatform;

  /** 1: {@code sua.mobile}. */
  public int suaMobile;

  /** {@code sua}, raw. */
  public long sua;

  /** {@code ext}, raw. */
  public long ext;

  void reset() {
    present = false;
    userAgent = Span.NONE;
    ip = Span.NONE;
    ipv6 = Span.NONE;
    geo.reset();
    deviceType = -1;
    connectionType = -1;
    make = Span.NONE;
    model = Span.NONE;
    os = Span.NONE;
    osVersion = Span.NONE;
    language = Span.NONE;
    languageTag = Span.NONE;
    ifa = Span.NONE;
    limitAdTracking = -1;
    doNotTrack = -1;
    javaScript = -1;
    suaBrowsers.clear();
    suaPlatform = Span.NONE;
    suaMobile = -1;
    sua = Span.NONE;
    ext = Span.NONE;
  }
}
