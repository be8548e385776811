/**
 * JMH benchmarks of what a lane does: each states its scenario; none is asserted by a test. {@code
 * docs/hacking.md} has the commands.
 */
package io.adplatform.loadtest.engine;
