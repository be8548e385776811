/**
 * Puts the engine together: {@link io.adplatform.rtb.launch.RtbEngine} wires catalogue and leases
 * from {@code storage} to the lanes' auctions and mounts the endpoint on a hot node, in the order
 * in which data flows. Runs once, on the starting thread.
 */
package io.adplatform.rtb.launch;
