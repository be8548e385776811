package io.adplatform.rtb.launch;

import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.secret.SecretSeal;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the secrets of demand partners as their documents come (ADR 0120), on the thread that
 * compiles the catalogue.
 */
final class PartnerSecrets implements UnaryOperator<DemandPartner> {
  private static final Logger LOG = LoggerFactory.getLogger(PartnerSecrets.class);
  private static final String KEY = "secrets-key-file";

  private final SecretSeal seal;

  private PartnerSecrets(SecretSeal seal) {
    this.seal = seal;
  }

  /** With the keys of the setting {@code secrets-key-file}; without it nothing is opened. */
  static PartnerSecrets of(Settings settings) {
    String keys = settings.secret(KEY);
    try {
      return new PartnerSecrets(keys == null ? null : SecretSeal.parse(keys, KEY));
    } catch (IllegalArgumentException e) {
      throw new SettingsException(e.getMessage());
    }
  }

  @Override
  public DemandPartner apply(DemandPartner partner) {
    DemandPartner opened = partner.opened(seal);
    if (opened.status() != Status.ACTIVE && partner.status() == Status.ACTIVE) {
      LOG.warn("demand partner {} is not asked: {} does not open its secret", partner.id(), KEY);
    }
    return opened;
  }
}
