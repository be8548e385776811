package io.adplatform.wire.partner;

import io.adplatform.wire.json.IntList;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;

/**
 * One {@code bid} of a partner's answer (OpenRTB 2.6, 4.2.3); texts are spans of the answer's
 * bytes. Reused with its answer.
 */
public final class PartnerBid {
  /** {@code seatbid.group} of bids that are won one by one. */
  public static final int NO_GROUP = -1;

  /** What is wrong with it, NONE where it could be read. */
  public ReadFailure fault = ReadFailure.NONE;

  /** {@code seatbid.seat}. */
  public long seat;

  /** The same as it is written. */
  public long rawSeat;

  /** Its {@code seatbid}, by number, where all of that are won or none; else {@link #NO_GROUP}. */
  public int group;

  public long id;
  public long impId;

  /** CPM micros of the answer's currency; 0 where not given. */
  public long priceCpmMicros;

  public long adId;
  public long nurl;
  public long burl;
  public long lurl;

  /** {@code adm} as it is written, escapes and all; NONE where not given or empty. */
  public long rawMarkup;

  public final SpanList domains = new SpanList();
  public long bundle;
  public final SpanList categories = new SpanList();

  /** Taxonomy of the categories, 1 where not given. */
  public int categoryTaxonomy;

  public final IntList attributes = new IntList();
  public long language;
  public long dealId;

  /** Raw texts of {@code crid} and {@code cid}, as they are written. */
  public long rawCreativeId;

  public long rawCampaignId;

  /** Raw list of {@code adomain}, {@code cat} and {@code attr}, to be passed on. */
  public long rawDomains;

  public long rawCategories;
  public long rawAttributes;

  /** Device independent pixels; 0 where not given. */
  public int width;

  public int height;

  /** Seconds that the partner holds to it; -1 where not given. */
  public int expirySeconds;

  /** {@code mtype}; 0 where not given. */
  public int markupType;

  void reset() {
    fault = ReadFailure.NONE;
    seat = Span.NONE;
    rawSeat = Span.NONE;
    group = NO_GROUP;
    id = Span.NONE;
    impId = Span.NONE;
    priceCpmMicros = 0;
    adId = Span.NONE;
    nurl = Span.NONE;
    burl = Span.NONE;
    lurl = Span.NONE;
    rawMarkup = Span.NONE;
    domains.clear();
    bundle = Span.NONE;
    categories.clear();
    categoryTaxonomy = 1;
    attributes.clear();
    language = Span.NONE;
    dealId = Span.NONE;
    rawCreativeId = Span.NONE;
    rawCampaignId = Span.NONE;
    rawDomains = Span.NONE;
    rawCategories = Span.NONE;
    rawAttributes = Span.NONE;
    width = 0;
    height = 0;
    expirySeconds = -1;
    markupType = 0;
  }
}
