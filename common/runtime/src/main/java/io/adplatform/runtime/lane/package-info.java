/**
 * Lanes: one thread each, on which a Vert.x event loop and an Agrona duty cycle are the same thing.
 *
 * <p>{@link io.adplatform.runtime.lane.Lanes} starts them and gives the {@code Vertx} whose event
 * loops they are. A {@link io.adplatform.runtime.lane.Lane} turns: network I/O, tasks from other
 * threads, agents, timers; after a cycle without work it blocks in the selector for a bounded time,
 * where its preset lets it. What an agent or an HTTP handler of a lane owns is touched by that
 * lane's thread alone. Other threads reach a lane by {@code execute} (a bounded queue) and {@code
 * wakeup}. The watchdog is a thread of its own and only reads.
 */
package io.adplatform.runtime.lane;
