package io.adplatform.loadtest.events;

/**
 * A lease that beacons are charged to.
 *
 * @param amountMicros of all of it
 */
record SoldLease(long id, long lineItemId, long amountMicros) {}
