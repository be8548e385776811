/**
 * What privacy signals of a request forbid to do and to tell. Called by {@code rtb.demand} on the
 * lane, which owns what it calls.
 */
package io.adplatform.rtb.privacy;
