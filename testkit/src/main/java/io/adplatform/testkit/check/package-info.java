/**
 * Checks that guard the lanes, called by tests: {@link io.adplatform.testkit.check.AllocationCheck}
 * counts what the calling thread allocates, {@link io.adplatform.testkit.check.LeakCheck} what a
 * round of opening and closing leaves behind in this JVM. Both run the work on the test's thread
 * and hold nothing afterwards.
 */
package io.adplatform.testkit.check;
