/**
 * What an advertiser may spend over all its campaigns: the terms of payment agreed with it
 * (migration V8), what it has paid ahead or may owe, and what nodes hold of that. {@code
 * billing.budget} reads {@link io.adplatform.billing.funds.Purse purses} and changes what is leased
 * in its own transactions, {@code billing.settlement} takes off what was charged in the transaction
 * that posts it. The handlers show and change terms, each request on a virtual thread of its own.
 * All state is in PostgreSQL.
 */
package io.adplatform.billing.funds;
