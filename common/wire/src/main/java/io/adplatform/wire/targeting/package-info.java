/**
 * Which requests something is for, as catalogue documents and the API say it: line items, demand
 * partners and floors share this language. Immutable values, any thread; {@code
 * io.adplatform.decision.targeting} compiles them into the index that auctions look up.
 */
package io.adplatform.wire.targeting;
