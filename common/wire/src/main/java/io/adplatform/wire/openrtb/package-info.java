/**
 * OpenRTB 2.5 and 2.6 between bytes and fields.
 *
 * <p>In: {@link io.adplatform.wire.openrtb.OpenRtbReader} pulls a body through {@link
 * io.adplatform.wire.json.JsonReader} into a {@link io.adplatform.wire.openrtb.BidRequest}, a slot
 * whose fields are numbers and {@link io.adplatform.wire.json.Span spans} of the body; what is not
 * modelled is checked, skipped and kept as spans. Out: {@link
 * io.adplatform.wire.openrtb.BidResponseWriter} puts a response together from pieces that {@link
 * io.adplatform.wire.openrtb.CreativeTemplate} encoded ahead. {@link
 * io.adplatform.wire.openrtb.Redactor} copies a request without what identifies a person.
 *
 * <p>Called by {@code rtb.openrtb} on the lanes. Every reader, slot and writer is owned by one
 * thread and is reset, not rebuilt: after warm-up nothing is allocated. A slot owns the bytes its
 * spans point into; they hold until the slot is filled again. What is wrong with a request is a
 * {@link io.adplatform.wire.json.ReadFailure}, never an exception.
 */
package io.adplatform.wire.openrtb;
