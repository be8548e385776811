package io.adplatform.campaign.check;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Creative;

/** Checks that what a line item pays for can be told, and told of which bid. */
public final class Attribution {
  private static final String OPEN = "<!--";
  private static final String CLOSE = "-->";

  private Attribution() {}

  /**
   * What a creative lacks for a model.
   *
   * @return null where it lacks nothing
   */
  public static String missing(BidModel model, String markup, String landingPage) {
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
