package io.adplatform.rtb.demand;

import java.util.function.Supplier;

/**
 * How partners are asked.
 *
 * @param domain the exchange's own, {@code asi} in supply chains
 * @param region of the node: which of a partner's addresses is asked
 * @param redactions makes what says for a lane what privacy signals forbid to tell
 */
public record PartnerClientConfig(String domain, String region, Supplier<Redactions> redactions) {}
