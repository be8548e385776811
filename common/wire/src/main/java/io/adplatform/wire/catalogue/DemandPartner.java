package io.adplatform.wire.catalogue;

import io.adplatform.wire.secret.SecretSeal;
import io.adplatform.wire.targeting.Targeting;
import java.util.List;
import java.util.Map;

/**
 * A DSP that is asked over OpenRTB.
 *
 * @param endpoint where and how it is asked
 * @param terms what its bids are worth
 * @param sent what it is asked about, and what it sees of it
 */
public record DemandPartner(
    long id, long accountId, String name, Status status, Endpoint endpoint, Terms terms, Sent sent)
    implements CatalogueEntity {
  /** In {@link Endpoint#urls}: the one that is asked where a node's region has none of its own. */
  public static final String ANY_REGION = "default";

  /** What its {@link Endpoint#authValue} is sealed for, see {@link SecretSeal}. */
  public static String authPlace(long partnerId) {
    return "demand-partner/" + partnerId + "/auth";
  }

  /** The OpenRTB version that requests are written in. */
  public enum Protocol {
    OPENRTB_2_5,
    OPENRTB_2_6
  }

  /** How {@code ${AUCTION_PRICE}} is written for it. */
  public enum PriceEncoding {
    /** Decimal text. */
    PLAIN,
    /** base64url of the decimal text: {@code ${AUCTION_PRICE:B64}}. */
    BASE64
  }

  /**
   * Where and how a partner is asked.
   *
   * @param urls by region of the node; {@link #ANY_REGION} is always there; absolute http or https
   * @param timeoutMillis it is waited for at most, less where the request leaves less
   * @param queriesPerSecond it is asked at most, by each node its share
   * @param gzip whether bodies are sent compressed
   * @param authHeader name of a header that is sent with each request; null sends none
   * @param authValue its value, sealed for {@link DemandPartner#authPlace}; opened it is a secret:
   *     never shown, never logged. A partner whose value cannot be opened is not asked
   */
  public record Endpoint(
      Map<String, String> urls,
      Protocol protocol,
      int timeoutMillis,
      int queriesPerSecond,
      boolean gzip,
      String authHeader,
      String authValue) {
    @Override
    public String toString() {
      return "Endpoint" + urls;
    }
  }

  /**
   * What its bids are worth.
   *
   * @param currency that it bids in, ISO 4217
   * @param seats that may bid; empty is any
   * @param marginBasisPoints hundredths of a percent taken off its bids before they compete; 0 to
   *     9999
   */
  public record Terms(
      String currency, List<String> seats, int marginBasisPoints, PriceEncoding priceEncoding) {}

  /**
   * What it is asked about, and what it sees.
   *
   * @param formats of which an imp must offer one; not empty
   * @param targeting which requests it is asked about; never null
   * @param redactedFields what is taken out of what it is sent: paths of {@link
   *     io.adplatform.wire.privacy.RedactablePath}, such as {@code device.ifa}
   */
  public record Sent(List<Format> formats, Targeting targeting, List<String> redactedFields) {}

  /**
   * As a node uses it: with its auth value open. Where it has one that cannot be opened it is
   * PAUSED: it would refuse what it is asked.
   *
   * @param seal null where the node has no keys
   */
  public DemandPartner opened(SecretSeal seal) {
    if (endpoint.authValue == null) {
      return this;
    }
    String value = seal == null ? null : seal.open(endpoint.authValue, authPlace(id));
    Endpoint open =
        new Endpoint(
            endpoint.urls,
            endpoint.protocol,
            endpoint.timeoutMillis,
            endpoint.queriesPerSecond,
            endpoint.gzip,
            endpoint.authHeader,
            value);
    Status now = value == null ? Status.PAUSED : status;
    return new DemandPartner(id, accountId, name, now, open, terms, sent);
  }

  @Override
  public CatalogueKind kind() {
    return CatalogueKind.DEMAND_PARTNER;
  }
}
