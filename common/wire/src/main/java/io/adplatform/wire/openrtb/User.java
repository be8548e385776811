package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;

/** {@code user} (OpenRTB 2.6, 3.2.20); fields are spans of the request. */
public final class User {
  /** Whether the request has a user. */
  public boolean present;

  /** The SSP's id of the user. */
  public long id;

  /** Our id of the user. */
  public long buyerUid;

  /** {@code keywords}, separated by commas. */
  public long keywords;

  /** {@code kwarray}. */
  public final SpanList keywordList = new SpanList();

  /** {@code ext.data}: key, value, key, value…; a list of values repeats its key. */
  public final SpanList keyValues = new SpanList();

  /** TCF consent string, 2.6. */
  public long consent;

  /** TCF consent string in 2.5's place, {@code ext.consent}. */
  public long extConsent;

  /** {@code data}, raw. */
  public long data;

  /** {@code eids}, raw, 2.6. */
  public long eids;

  /** {@code ext.eids}, raw: 2.5's place. */
  public long extEids;

  /** Home of the user. */
  public final Geo geo = new Geo();

  /** {@code ext}, raw. */
  public long ext;

  void reset() {
    present = false;
    id = Span.NONE;
    buyerUid = Span.NONE;
    keywords = Span.NONE;
    keywordList.clear();
    keyValues.clear();
    consent = Span.NONE;
    extConsent = Span.NONE;
    data = Span.NONE;
    eids = Span.NONE;
    extEids = Span.NONE;
    geo.reset();
    ext = Span.NONE;
  }
}
