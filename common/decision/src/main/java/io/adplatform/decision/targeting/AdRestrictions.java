package io.adplatform.decision.targeting;

import java.nio.charset.StandardCharsets;

/**
 * What a request asks of creatives beside the blocks of {@link AdQuery}, of which it is a part:
 * allowed categories ({@code acat}), blocked kinds of banners ({@code btype}), content types
 * ({@code banner.mimes}). What was not asked lets everything pass. Filled and read by one lane;
 * allocates nothing once its set has grown.
 */
public final class AdRestrictions {
  /**
   * Taxonomies have some hundred categories. What is named beyond is not allowed, so that no
   * request can make a lane file texts without end.
   */
  static final int MAX_ALLOWED_CATEGORIES = 1_024;

  private static final byte[] IMAGE_PREFIX = bytes("image/");

  /** Content types of which all our markup is. */
  private static final byte[][] HTML = {bytes("text/html"), bytes("application/xhtml+xml")};

  /** Content types of which markup with a script is. */
  private static final byte[][] SCRIPT = {
    bytes("application/javascript"), bytes("text/javascript"), bytes("application/x-javascript")
  };

  private final TextSet allowedCategories = new TextSet();

  /** Bit {@code i} is the kind {@code i}. */
  private int blockedKinds;

  private boolean anyMime;

  /** Of {@link MarkupForm}. */
  private int admittedForms;

  AdRestrictions() {
    reset();
  }

  void reset() {
    allowedCategories.clear();
    resetImp();
  }

  void resetImp() {
    blockedKinds = 0;
    anyMime = true;
    admittedForms = 0;
  }

  /**
   * A category ({@code acat}) that ads may have, and all below it; without any, all are allowed. At
   * most {@value #MAX_ALLOWED_CATEGORIES}.
   */
  public void allowCategory(byte[] buffer, int offset, int length) {
    if (allowedCategories.size() < MAX_ALLOWED_CATEGORIES) {
      allowedCategories.add(AdQuery.CATEGORIES, buffer, offset, length);
    }
  }

  /**
   * A kind of banner ({@code btype}, OpenRTB 2.5, 5.2) that no ad may be; unknown ones are none.
   */
  public void blockType(int type) {
    blockedKinds |= MarkupForm.kind(type);
  }

  /**
   * A content type ({@code banner.mimes}) that may be shown, either case; without any, all may. A
   * type that none of our markup can be admits nothing.
   */
  public void admitMime(byte[] buffer, int offset, int length) {
    anyMime = false;
    int end = 0;
    while (end < length && buffer[offset + end] != ';' && buffer[offset + end] != ' ') {
      end++;
    }
    if (isOneOf(HTML, buffer, offset, end)) {
      admittedForms |= MarkupForm.HTML;
    } else if (isOneOf(SCRIPT, buffer, offset, end)) {
      admittedForms |= MarkupForm.SCRIPT;
    } else if (end > IMAGE_PREFIX.length
        && TextHash.equalsFolded(IMAGE_PREFIX, 0, buffer, offset, IMAGE_PREFIX.length)) {
      admittedForms |= MarkupForm.IMAGE;
    }
  }

  /**
   * Whether each category of a creative, or one above it, is allowed; of one without categories
   * nobody knows.
   *
   * @param hashes {@link TextHash} of each category and of those above it
   */
  boolean allowsCategories(long[][] hashes) {
    if (allowedCategories.isEmpty()) {
      return true;
    }
    for (long[] category : hashes) {
      if (!allowsOneOf(category)) {
        return false;
      }
    }
    return hashes.length > 0;
  }

  boolean blocksKinds(int kinds) {
    return (blockedKinds & kinds) != 0;
  }

  boolean admitsForms(int forms) {
    return anyMime || (admittedForms & forms) != 0;
  }

  private boolean allowsOneOf(long[] hashes) {
    for (long hash : hashes) {
      if (allowedCategories.contains(AdQuery.CATEGORIES, hash)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOneOf(byte[][] types, byte[] buffer, int offset, int length) {
    for (byte[] type : types) {
      if (type.length == length && TextHash.equalsFolded(type, 0, buffer, offset, length)) {
        return true;
      }
    }
    return false;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
