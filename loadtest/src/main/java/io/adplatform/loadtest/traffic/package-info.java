/**
 * Bids and beacons at one rate, with books of their own: {@code Market} is what is sold, {@code
 * Traffic} asks and fires, {@code Beacons} are what was answered and what it has to cost, {@code
 * Books} hold that against what the exchange has settled, reports and posts. For scenarios that
 * break things or last long.
 */
package io.adplatform.loadtest.traffic;
