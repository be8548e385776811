package io.adplatform.decision.catalogue;

import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.Reason;

/**
 * A line item that cannot serve, whatever is asked.
 *
 * @param reason STATUS (it or its campaign is not ACTIVE, or is gone), SCHEDULE (over) or
 *     NO_CREATIVE (none that is ACTIVE)
 */
public record IdleLineItem(LineItem lineItem, Reason reason) {}
