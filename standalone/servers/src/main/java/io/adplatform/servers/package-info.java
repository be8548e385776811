/**
 * Starts, watches and ends the data servers (PostgreSQL, Redis, Kafka, ClickHouse) and the settle
 * job as child processes.
 *
 * <p>Called by the launcher ({@code adplatform up}) and by the fixtures of {@code testkit}. Each
 * child has a {@link io.adplatform.servers.ServerProcess}, whose one daemon thread starts it, asks
 * whether it is ready, bounds its log and starts it again when it dies. Between that thread and the
 * server stands a small {@code sh} supervisor holding a pipe on its standard input: when the pipe
 * closes, by {@code close()} or because this JVM is gone, it ends the server. What still outlives
 * that ({@code kill -9} of the supervisor too) is found by its pid file and start time at the next
 * start.
 *
 * <p>Memory: nothing is held but the configurations; the servers' output goes from the kernel to
 * their log files.
 */
package io.adplatform.servers;
