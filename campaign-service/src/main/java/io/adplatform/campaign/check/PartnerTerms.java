package io.adplatform.campaign.check;

import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.secret.SecretSeal;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What this installation has that the configuration of demand partners is checked with.
 *
 * @param regions of its nodes, by the setting {@code regions}; empty where all are in one
 * @param seal of secrets; null where there is no key file, and so no secret can be stored
 */
public record PartnerTerms(Set<String> regions, SecretSeal seal) {
  /** Enough to read what is stored. */
  public static final PartnerTerms NONE = new PartnerTerms(Set.of(), null);

  /** What the name of a region is, for refusals. */
  public static final String REGION_FORM = "1 to 32 lower-case letters, digits and hyphens";

  private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,32}");

  /** Copies. */
  public PartnerTerms {
    regions = Set.copyOf(regions);
  }

  /** Whether it can be the name of a region. */
  public static boolean isRegion(String name) {
    return REGION.matcher(name).matches() && !name.equals(DemandPartner.ANY_REGION);
  }
}
