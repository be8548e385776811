/**
 * What a request tells of a person, named once for all who must not pass it on. Immutable; any
 * thread; no allocation.
 */
package io.adplatform.wire.privacy;
