/** Checks that guard the lanes: what is measured of the code under test, on the test's thread. */
package io.adplatform.testkit.check;
