/**
 * What surrounds the SBE messages of {@code io.adplatform.wire.sbe}: reasons, the envelope of an
 * event on the topic, its partition. Pure functions over buffers; any thread.
 */
package io.adplatform.wire.event;
