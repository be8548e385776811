/**
 * JSON in bytes, read without a tree and without allocation, and written ahead of any auction.
 *
 * <p>{@link io.adplatform.wire.json.JsonReader} pulls values out of a body, member by member; what
 * a member is called, {@link io.adplatform.wire.json.KeyTable} says; texts are {@link
 * io.adplatform.wire.json.Span spans} of the body. Called by the OpenRTB readers on the lanes. A
 * reader is owned by one thread; what it gives holds until its body's bytes are written again. What
 * is wrong is a {@link io.adplatform.wire.json.ReadFailure}, never an exception.
 */
package io.adplatform.wire.json;
