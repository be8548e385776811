/** Draws what a simulation spent. Knows nothing of how that came about. */
package io.adplatform.simulator.plot;
