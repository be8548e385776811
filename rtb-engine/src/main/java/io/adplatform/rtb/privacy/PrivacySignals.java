package io.adplatform.rtb.privacy;

import io.adplatform.rtb.demand.Redactions;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.UserIdReader;
import io.adplatform.wire.privacy.PersonalField;

/**
 * Tells no partner of a person wherever a signal forbids it or may forbid it (OpenRTB checklist,
 * point 24): what consent allows to whom is not read, so it allows nobody anything. One lane.
 */
public final class PrivacySignals implements Redactions {
  private static final int EVERYTHING = PersonalField.all();

  private final UserIdReader signals = new UserIdReader();

  @Override
  public int of(BidRequest request, DemandPartner partner) {
    return signals.forbidsSharing(request) ? EVERYTHING : 0;
  }
}
