package io.adplatform.loadtest.smoke;

import io.adplatform.loadtest.exchange.Bid;

/**
 * A bid of ours.
 *
 * @param test whether the request was marked as one that counts nowhere
 */
record Sold(Bid bid, Demand.LineItem lineItem, boolean test) {}
