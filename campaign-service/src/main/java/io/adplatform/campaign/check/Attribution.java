package io.adplatform.campaign.check;

import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.Creative;

/** Checks that what a line item pays for can be told, and told of which bid. */
public final class Attribution {
  private Attribution() {}

  /**
   * What a creative lacks for a model.
   *
   * @return null where it lacks nothing
   */
  public static String missing(BidModel model, String markup, String landingPage) {
    return switch (model) {
      case CPM -> null;
      case CPC -> missing(markup, Creative.CLICK_MACRO, "its markup: no click would be told");
      case VCPM -> missing(markup, Creative.VIEW_MACRO, "its markup: no view would be told");
      case CPA -> {
        String click =
            missing(markup, Creative.CLICK_MACRO, "its markup: no click would bring the token");
        yield click != null
            ? click
            : missing(
                landingPage,
                Creative.TOKEN_MACRO,
                "its landing page: no conversion could be told of");
      }
    };
  }

  private static String missing(String text, String macro, String where) {
    return text.contains(macro) ? null : macro + " in " + where;
  }
}
