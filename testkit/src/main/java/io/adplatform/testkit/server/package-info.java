/**
 * Real servers for tests: one PostgreSQL, Kafka and ClickHouse per test JVM, started at first use
 * on free ports in a temporary folder, ended with the JVM.
 *
 * <p>Called by tests of every module that stores something. Each test class takes a fresh database
 * or a topic prefix of its own, so that classes do not see each other's rows. All fixtures are
 * thread-safe; the servers run in processes of their own and are started with {@code
 * io.adplatform.servers}, as {@code adplatform up} does.
 */
package io.adplatform.testkit.server;
