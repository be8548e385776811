package io.adplatform.rtb.demand;

import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.openrtb.BidRequest;

/** What a request tells of a person that a partner must not be told. Called on the lane. */
@FunctionalInterface
public interface Redactions {
  /** Takes nothing away beside the partner's own redacted fields. */
  Redactions NONE = (request, partner) -> 0;

  /** A set of {@link io.adplatform.wire.privacy.PersonalField}s. */
  int of(BidRequest request, DemandPartner partner);
}
