package io.adplatform.storage.clickhouse;

import java.time.Duration;

/**
 * Where ClickHouse is.
 *
 * @param url {@code http://host:port}, no path
 * @param database made by {@link ClickHouseMigrations} where it is missing
 * @param user empty sends none
 * @param password never logged
 * @param timeout for one statement, from its first byte to its last
 */
public record ClickHouseConfig(
    String url, String database, String user, String password, Duration timeout) {
  /** A report over a year or a block of a million rows takes less on two cores. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /** A server that asks for no password. */
  public static ClickHouseConfig of(String url, String database) {
    return new ClickHouseConfig(url, database, "", "", DEFAULT_TIMEOUT);
  }

  @Override
  public String toString() {
    return url + "/" + database;
  }
}
