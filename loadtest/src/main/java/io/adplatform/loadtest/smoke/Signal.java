package io.adplatform.loadtest.smoke;

import io.adplatform.loadtest.exchange.Bid;

/** What an SSP or a browser fires for a bid. */
enum Signal {
  IMPRESSION,
  CLICK,
  VIEW,
  CONVERSION,
  WIN,
  BILL,
  LOSS;

  /** The address of this in a bid, macros filled in as an SSP does; not of a conversion. */
  String address(Bid bid, String price) {
    return switch (this) {
      case IMPRESSION -> bid.impression(price);
      case CLICK -> bid.click();
      case VIEW -> bid.view();
      case CONVERSION -> throw new IllegalArgumentException("no bid holds its token");
      case WIN -> bid.notice("nurl", price);
      case BILL -> bid.notice("burl", price);
      case LOSS -> bid.notice("lurl", price);
    };
  }
}
