/**
 * What signals mean: what they settle as, which one is charged ({@link
 * io.adplatform.settle.signal.SignalRules}), and what demand partners hear of their bids by them
 * ({@link io.adplatform.settle.signal.Notices}: joined by auction id with what the lane journaled
 * of the bid, macros filled in by {@link io.adplatform.settle.signal.NoticeText}). Called by {@code
 * io.adplatform.settle.Settlement}, one instance per partition, on the chain's thread; without a
 * clock, so that reading the events again gives the same notices.
 */
package io.adplatform.settle.signal;
