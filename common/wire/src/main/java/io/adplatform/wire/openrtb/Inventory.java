package io.adplatform.wire.openrtb;

import io.adplatform.wire.json.Span;
import io.adplatform.wire.json.SpanList;

/**
 * {@code site}, {@code app} or {@code dooh} (OpenRTB 2.6, 3.2.13 to 3.2.17), whichever the request
 * has; texts are spans of the request.
 */
public final class Inventory {
  /** Which of the three. */
  public enum Kind {
    NONE,
    SITE,
    APP,
    DOOH
  }

  public Kind kind = Kind.NONE;
  public long id;
  public long name;
  public long domain;

  /** Of a site. */
  public long page;

  /** Of an app. */
  public long bundle;

  /** {@code dooh.venuetype}: what kind of place a screen stands in. */
  public final SpanList venueTypes = new SpanList();

  /** Taxonomy of the categories, 1 (IAB content categories 1.0) where not given. */
  public int categoryTaxonomy;

  /** {@code cat}. */
  public final SpanList categories = new SpanList();

  /** {@code sectioncat}. */
  public final SpanList sectionCategories = new SpanList();

  /** {@code pagecat}. */
  public final SpanList pageCategories = new SpanList();

  public long publisherId;
  public long publisherName;
  public long publisherDomain;

  /** {@code publisher.cat}. */
  public final SpanList publisherCategories = new SpanList();

  /** {@code content.language}. */
  public long contentLanguage;

  /** Taxonomy of the content's categories, 1 where not given. */
  public int contentCategoryTaxonomy;

  /** {@code content.cat}. */
  public final SpanList contentCategories = new SpanList();

  /** {@code keywords}, separated by commas. */
  public long keywords;

  /** {@code kwarray}. */
  public final SpanList keywordList = new SpanList();

  /** {@code ext.data}: key, value, key, value…; a list of values repeats its key. */
  public final SpanList keyValues = new SpanList();

  /** {@code ext}, raw. */
  public long ext;

  void reset() {
    kind = Kind.NONE;
    id = Span.NONE;
    name = Span.NONE;
    domain = Span.NONE;
    page = Span.NONE;
    bundle = Span.NONE;
    venueTypes.clear();
    categoryTaxonomy = 1;
    categories.clear();
    sectionCategories.clear();
    pageCategories.clear();
    publisherId = Span.NONE;
    publisherName = Span.NONE;
    publisherDomain = Span.NONE;
    publisherCategories.clear();
    contentLanguage = Span.NONE;
    contentCategoryTaxonomy = 1;
    contentCategories.clear();
    keywords = Span.NONE;
    keywordList.clear();
    keyValues.clear();
    ext = Span.NONE;
  }
}
