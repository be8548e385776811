/**
 * Video ads: what a VAST document (2.0 to 4.2) is and where trackers go into it. Documents are read
 * as text with places, so that what nobody here understands stays as it was, byte for byte.
 * campaign-service reads them to refuse what cannot be shown, the engine when it compiles a
 * catalogue; nothing of it runs on lanes but {@link io.adplatform.wire.video.MediaType}. Owns no
 * memory that outlives a call.
 */
package io.adplatform.wire.video;
