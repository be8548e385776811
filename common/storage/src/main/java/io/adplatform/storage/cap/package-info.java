/**
 * The counters of frequency caps in DragonflyDB or Redis (ADR 0038). {@link
 * io.adplatform.storage.cap.RedisCapStore} is a lane's own connection, on the lane's event loop:
 * questions go out in the order in which they are asked, and are answered in it. {@link
 * io.adplatform.storage.cap.SettledCapReader} follows the topic {@code settled} on a thread of its
 * own and takes what was seen into the counters through a {@link
 * io.adplatform.storage.cap.RedisCapCounter}, which blocks. Both speak the Redis protocol by
 * themselves ({@link io.adplatform.storage.cap.RespWriter}, {@link
 * io.adplatform.storage.cap.RespReader}) and call the same {@link
 * io.adplatform.storage.cap.CapScript}s.
 */
package io.adplatform.storage.cap;
