package io.adplatform.wire.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.adplatform.wire.catalogue.DemandPartner.Endpoint;
import io.adplatform.wire.secret.SecretSeal;
import io.adplatform.wire.targeting.Targeting;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenedPartnerTest {
  private final SecretSeal seal = SecretSeal.parse(SecretSeal.generate(), "test");

  @Test
  void shouldOpenThePartnersOwnSecretAlone() {
    DemandPartner partner = partner(7, seal.seal("5ecret", DemandPartner.authPlace(7)));
    DemandPartner opened = partner.opened(seal);
    assertEquals("5ecret", opened.endpoint().authValue());
    assertEquals(Status.ACTIVE, opened.status());
    assertEquals(partner.endpoint().urls(), opened.endpoint().urls());
    assertFalse(opened.toString().contains("5ecret"));
  }

  @Test
  void shouldNotAskAPartnerWhoseSecretCannotBeOpened() {
    DemandPartner copied = partner(8, seal.seal("5ecret", DemandPartner.authPlace(7)));
    assertEquals(Status.PAUSED, copied.opened(seal).status());
    assertNull(copied.opened(seal).endpoint().authValue());
    DemandPartner sealed = partner(7, seal.seal("5ecret", DemandPartner.authPlace(7)));
    assertEquals(Status.PAUSED, sealed.opened(null).status());
  }

  @Test
  void shouldLeaveAPartnerWithoutSecretAsItIs() {
    DemandPartner open = partner(7, null);
    assertSame(open, open.opened(null));
  }

  private static DemandPartner partner(long id, String authValue) {
    return new DemandPartner(
        id,
        1,
        "DSP",
        Status.ACTIVE,
        new Endpoint(
            Map.of(DemandPartner.ANY_REGION, "https://dsp.example/bid"),
            DemandPartner.Protocol.OPENRTB_2_6,
            100,
            10,
            false,
            authValue == null ? null : "X-Auth",
            authValue),
        new DemandPartner.Terms("USD", List.of(), 0, DemandPartner.PriceEncoding.PLAIN),
        new DemandPartner.Sent(List.of(Format.BANNER), Targeting.ANY, List.of()));
  }
}
