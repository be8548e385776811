package io.adplatform.rtb.demand;

import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.partner.PartnerForm;

/** What a partner was asked, as far as its bids are judged by it. Reused with its call. */
public final class PartnerAsked {
  DemandPartner partner;
  PartnerForm form;
  int imps;
  int currency;

  /** Who was asked. */
  public DemandPartner partner() {
    return partner;
  }

  /** How it was asked. */
  public PartnerForm form() {
    return form;
  }

  /** Imps that it was asked about, by position, as bits. */
  public int imps() {
    return imps;
  }

  /** ISO 4217 number of the currency that it was asked to bid in. */
  public int currency() {
    return currency;
  }
}
