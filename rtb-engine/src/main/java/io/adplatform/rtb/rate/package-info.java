/**
 * How often something may happen on this node: {@link io.adplatform.rtb.rate.NodeRates} is what all
 * lanes share, {@link io.adplatform.rtb.rate.LaneRates} what one lane holds of it. Asked by {@code
 * rtb.auction} for supply partners' requests and by {@code rtb.demand} for what demand partners are
 * asked; nothing waits, nothing is locked.
 */
package io.adplatform.rtb.rate;
