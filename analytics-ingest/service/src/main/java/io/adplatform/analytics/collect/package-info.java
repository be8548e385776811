/**
 * Beacons and notices in: {@code /e/*} of browsers, {@code /n/*} of SSPs.
 *
 * <p>Each lane has one {@link io.adplatform.analytics.collect.CollectAgent} and one {@link
 * io.adplatform.analytics.collect.BeaconHandler} that the lane's HTTP server calls. The handler
 * verifies the token and offers a {@code Signal} to the lane's journal through {@link
 * io.adplatform.analytics.collect.SignalPublisher}; the request then waits in the agent's {@link
 * io.adplatform.analytics.collect.PendingAnswers} until the recorded position has passed it. All of
 * it runs on the lane's thread, which owns it; what the HTTP server allocates aside, nothing is
 * allocated per beacon. {@link io.adplatform.analytics.collect.LandingPages} is filled by another
 * thread.
 */
package io.adplatform.analytics.collect;
