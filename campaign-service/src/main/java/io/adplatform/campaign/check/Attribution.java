package io.adplatform.campaign.check;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;

/** Checks that what a line item pays for can be told, and told of which bid. */
public final class Attribution {
  private static final String OPEN = "<!--";
  private static final String CLOSE = "-->";

  private Attribution() {}

  /**
   * What a creative of a format lacks for a model: native tells clicks by itself, a VAST document
   * where it can be clicked.
   *
   * @return null where it lacks nothing
   */
  public static String missing(Format format, BidModel model, String markup, String landingPage) {
    boolean clicksAreTold =
        format == Format.NATIVE
            || format == Format.VIDEO
                && (markup.contains("ClickThrough") || markup.contains("Wrapper"));
    if (model == BidModel.CPC && clicksAreTold) {
      return null;
    }
    if (format == Format.NATIVE) {
      return missingOfNative(model, landingPage);
    }
    return switch (model) {
      case CPM -> null;
      case CPC ->
          missing(shown(markup), Creative.CLICK_MACRO, "its markup: no click would be told");
      case VCPM -> missing(shown(markup), Creative.VIEW_MACRO, "its markup: no view would be told");
      case CPA -> {
        String click =
            missing(
                shown(markup), Creative.CLICK_MACRO, "its markup: no click would bring the token");
        yield click != null
            ? click
            : missing(
                landingPage,
                Creative.TOKEN_MACRO,
                "its landing page: no conversion could be told of");
      }
    };
  }

  private static String missingOfNative(BidModel model, String landingPage) {
    return switch (model) {
      case CPM, CPC -> null;
      case VCPM -> "another format: who shows native need not tell of views";
      case CPA ->
          missing(
              landingPage,
              Creative.TOKEN_MACRO,
              "its landing page: no conversion could be told of");
    };
  }

  /** Markup without its comments, in which nothing can be clicked or fired. */
  private static String shown(String markup) {
    StringBuilder shown = new StringBuilder(markup.length());
    int from = 0;
    for (int open = markup.indexOf(OPEN); open >= 0; open = markup.indexOf(OPEN, from)) {
      shown.append(markup, from, open);
      int close = markup.indexOf(CLOSE, open + OPEN.length());
      from = close < 0 ? markup.length() : close + CLOSE.length();
    }
    return shown.append(markup, from, markup.length()).toString();
  }

  private static String missing(String text, String macro, String where) {
    return text.contains(macro) ? null : macro + " in " + where;
  }
}
