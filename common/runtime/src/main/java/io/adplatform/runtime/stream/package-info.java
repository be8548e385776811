/**
 * Streams of messages between lanes and processes: Aeron's (IPC on one host, UDP between hosts, by
 * channel string) and their in-memory twin for stepped tests, behind the same small ports.
 *
 * <p>A publication and a subscription are each used by one thread, the lane that made them. The
 * buffer a handler is given is valid during the call alone. Back pressure is a return code. {@link
 * io.adplatform.runtime.stream.Streams} is thread-safe and blocks: it is used at start.
 */
package io.adplatform.runtime.stream;
