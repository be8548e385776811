package io.adplatform.storage.clickhouse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.testkit.server.TestClickHouse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClickHouseDatabaseTest {
  private static final List<String> BOTH = List.of("V1__one.sql", "V2__two.sql");
  private static int databases;

  private ClickHouseDatabase database;

  @BeforeEach
  void open() {
    database =
        new ClickHouseDatabase(
            ClickHouseConfig.of(TestClickHouse.url(), "storage_test_" + databases++));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static ClickHouseMigrations migrations(List<String> resources) {
    return new ClickHouseMigrations(ClickHouseDatabaseTest.class, resources);
  }

  @Test
  void shouldMakeTheDatabaseAndRunEachMigrationOnce() {
    assertEquals(1, migrations(BOTH.subList(0, 1)).migrate(database));
    assertEquals(1, migrations(BOTH).migrate(database));
    assertEquals(0, migrations(BOTH).migrate(database));
    assertEquals(2, database.queryLong("SELECT count() FROM schema_migrations", Map.of()));
    database.execute("INSERT INTO one (a) VALUES (1)");
    assertEquals(7, database.queryLong("SELECT b FROM one", Map.of()));
  }

  @Test
  void shouldRefuseADatabaseThatIsNewerOrWhoseMigrationsWereChanged() {
    migrations(BOTH).migrate(database);
    assertThrows(
        IllegalStateException.class, () -> migrations(BOTH.subList(0, 1)).migrate(database));
    assertThrows(IllegalStateException.class, () -> migrations(BOTH.reversed()).migrate(database));
  }

  @Test
  void shouldInsertABlockOncePerToken() {
    migrations(BOTH).migrate(database);
    RowBinaryBlock block = new RowBinaryBlock();
    for (int row = 0; row < 300; row++) {
      block.putLong(row - 150).putString("é" + "x".repeat(row));
      block.putCount(2).putShort(row).putShort(65535);
      block.endRow();
    }
    assertEquals(300, block.rows());
    database.insert("one", "a, s, list", block, "token-1");
    database.insert("one", "a, s, list", block, "token-1");
    JsonNode sums =
        database
            .query(
                "SELECT count() AS n, sum(a) AS a, sum(length(s)) AS s, sum(list[1]) AS first,"
                    + " min(list[2]) AS second FROM one",
                Map.of())
            .getFirst();
    assertEquals(
        "{\"n\":300,\"a\":-150,\"s\":45450,\"first\":44850,\"second\":65535}", sums.toString());
    database.insert("one", "a, s, list", block, "token-2");
    assertEquals(600, database.queryLong("SELECT count() FROM one", Map.of()));
  }

  @Test
  void shouldBindValuesAsParametersNeverAsText() {
    database.createDatabase();
    String nasty = "x'; DROP TABLE one; -- \\ \t é";
    JsonNode row =
        database
            .query(
                "SELECT {s:String} AS s, {ids:Array(Int64)} AS ids",
                Map.of("s", nasty.replace("\\", "\\\\").replace("\t", "\\t"), "ids", "[1,-2]"))
            .getFirst();
    assertEquals(nasty, row.get("s").asText());
    assertEquals("[1,-2]", row.get("ids").toString());
  }

  @Test
  void shouldTellErrorsOfTheStatementFromAServerThatIsAway() {
    database.createDatabase();
    ClickHouseException unknown =
        assertThrows(
            ClickHouseException.class, () -> database.execute("SELECT * FROM no_such_table"));
    assertEquals(60, unknown.code());
    assertFalse(unknown.isUnavailable());
    try (ClickHouseDatabase away =
        new ClickHouseDatabase(ClickHouseConfig.of("http://127.0.0.1:1", "d"))) {
      ClickHouseException unreachable =
          assertThrows(ClickHouseException.class, () -> away.execute("SELECT 1"));
      assertTrue(unreachable.isUnavailable());
    }
  }

  @Test
  void shouldNotPrintThePassword() {
    ClickHouseConfig config =
        new ClickHouseConfig("http://h:1", "d", "u", "s3cret", ClickHouseConfig.DEFAULT_TIMEOUT);
    assertFalse(config.toString().contains("s3cret"));
  }
}
