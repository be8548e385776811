/**
 * The ClickHouse engine as a server of its own: {@code libchdb.so} called through FFM, behind an
 * HTTP front that speaks ClickHouse's HTTP interface, so that the official clients, {@code curl}
 * and AdPlatform's own storage speak to it as to a ClickHouse server.
 *
 * <p>{@link io.adplatform.clickhouse.ClickHouseServer} starts {@link
 * io.adplatform.clickhouse.Engine} (one data path per process) and {@link
 * io.adplatform.clickhouse.QueryHandler}. A request is read into an {@link
 * io.adplatform.clickhouse.HttpQuery}, its text into a {@link io.adplatform.clickhouse.Statement};
 * it runs on an {@link io.adplatform.clickhouse.EngineConnection} of its own, or on that of its
 * session. Everything runs on the bounded pool of platform threads of the HTTP server: calls into
 * the engine block their thread. Results stay in the engine's memory ({@link
 * io.adplatform.clickhouse.EngineResult}) and are written out in slices.
 */
package io.adplatform.clickhouse;
