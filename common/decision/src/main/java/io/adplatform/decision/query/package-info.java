/**
 * From what an SSP asked to what a decision reads: {@link
 * io.adplatform.decision.query.AdQueryMapper} fills an {@link
 * io.adplatform.decision.targeting.AdQuery} from a {@link io.adplatform.wire.openrtb.BidRequest},
 * imp by imp. The exchange does so on its lanes, the explanation of a past auction with the
 * recorded request: one code, so that both see the same query. A mapper belongs to one thread and
 * allocates nothing; what it fills points into the request's bytes.
 */
package io.adplatform.decision.query;
