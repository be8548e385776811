/**
 * ClickHouse over its HTTP interface: a server of its own or the embedded engine, the same calls.
 *
 * <p>{@link io.adplatform.storage.clickhouse.ClickHouseDatabase} runs statements and inserts;
 * {@link io.adplatform.storage.clickhouse.RowBinaryBlock} is what an insert carries, one block that
 * becomes one part or nothing; {@link io.adplatform.storage.clickhouse.ClickHouseMigrations} brings
 * a database to the schema of the code. Calls block their thread: virtual threads of the control
 * plane only, never a lane. Values reach a statement as parameters ({@code {name:Type}}), never as
 * text.
 */
package io.adplatform.storage.clickhouse;
