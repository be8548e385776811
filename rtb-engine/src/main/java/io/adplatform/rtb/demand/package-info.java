/**
 * Demand partners, asked over OpenRTB from the lane. {@code rtb.auction} says which partners an
 * imp's query is for ({@link io.adplatform.rtb.demand.Demand}); a {@link
 * io.adplatform.rtb.demand.PartnerRound} is one request's questions to all of them, each a {@code
 * PartnerCall} over the pooled connections of the lane's {@link
 * io.adplatform.rtb.demand.PartnerClient}, with a deadline of its own. What a partner may be asked
 * is decided by its quota, breaker and throttle, which one lane holds for itself ({@code
 * PartnerState}). The round's listener is told once, when all have answered or their deadlines have
 * passed; a straggler's answer is counted and forgotten. All of it belongs to one lane; rounds,
 * calls and their buffers are used again.
 */
package io.adplatform.rtb.demand;
