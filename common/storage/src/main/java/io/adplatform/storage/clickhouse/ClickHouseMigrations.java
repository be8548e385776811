package io.adplatform.storage.clickhouse;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Brings a database to the schema of the code. A migration is a resource of SQL statements, each
 * ended by a semicolon at the end of a line; migrations run once, in order. ClickHouse has no
 * transactions over statements: a migration that was cut short runs again from its beginning, so
 * each of its statements must bear being repeated ({@code IF NOT EXISTS}).
 */
public final class ClickHouseMigrations {
  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS schema_migrations (version UInt32, name String, checksum UInt32,"
          + " applied_at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY version";

  private final Class<?> anchor;
  private final List<String> resources;

  /**
   * @param anchor whose class loader and package hold the resources
   * @param resources names, oldest first; only ever appended to
   */
  public ClickHouseMigrations(Class<?> anchor, List<String> resources) {
    this.anchor = anchor;
    this.resources = List.copyOf(resources);
  }

  /**
   * Makes the database where it is missing and runs what has not run.
   *
   * @return how many migrations ran
   * @throws IllegalStateException where one that ran has been changed since, or the database is
   *     newer than the code
   */
  public int migrate(ClickHouseDatabase database) {
    database.createDatabase();
    database.execute(TABLE);
    Map<Integer, Long> applied = new HashMap<>();
    database
        .query("SELECT version, checksum FROM schema_migrations", Map.of())
        .forEach(row -> applied.put(row.get("version").asInt(), row.get("checksum").asLong()));
    if (applied.keySet().stream().anyMatch(version -> version > resources.size())) {
      throw new IllegalStateException(
          "the ClickHouse database " + database.config() + " is of a newer version of AdPlatform");
    }
    int ran = 0;
    for (int i = 0; i < resources.size(); i++) {
      String name = resources.get(i);
      String sql = read(name);
      Long known = applied.get(i + 1);
      if (known == null) {
        statements(sql).forEach(database::execute);
        record(database, i + 1, name, checksum(sql));
        ran++;
      } else if (known != checksum(sql)) {
        throw new IllegalStateException("migration " + name + " was changed after it ran");
      }
    }
    return ran;
  }

  private static void record(ClickHouseDatabase database, int version, String name, long checksum) {
    database.execute(
        "INSERT INTO schema_migrations (version, name, checksum)"
            + " SELECT {version:UInt32}, {name:String}, {checksum:UInt32}",
        Map.of(
            "version", Integer.toString(version),
            "name", name,
            "checksum", Long.toString(checksum)));
  }

  private String read(String name) {
    try (InputStream in = anchor.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no migration " + name + " beside " + anchor.getName());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> statements(String sql) {
    List<String> statements = new ArrayList<>();
    for (String part : sql.split(";[ \t]*(\r?\n|$)")) {
      if (!part.isBlank()) {
        statements.add(part.strip());
      }
    }
    return statements;
  }

  private static long checksum(String sql) {
    CRC32 crc = new CRC32();
    crc.update(sql.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }
}
