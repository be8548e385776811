package io.adplatform.clickhouse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StatementTest {
  @Test
  void shouldFindTheFormatOfARead() {
    assertEquals("JSON", Statement.of("SELECT 1 FORMAT JSON").format());
    assertEquals("CSV", Statement.of("select 'FORMAT x' -- FORMAT y\nformat CSV;").format());
    assertNull(Statement.of("SELECT format('{}', 1), `FORMAT`, (SELECT 1 FORMAT)").format());
    assertFalse(Statement.of("SELECT 1 FORMAT JSON").rowsFollow());
  }

  @Test
  void shouldSplitAnInsertFromItsRows() {
    String text = "INSERT INTO t (a, format) FORMAT RowBinary\n\u0001\u0002";
    Statement statement = Statement.of(text);
    assertTrue(statement.rowsFollow());
    assertEquals("INSERT INTO t (a, format) ", statement.sql());
    assertEquals("RowBinary", statement.format());
    assertEquals("\u0001\u0002", text.substring(statement.rowsOffset()));
  }

  @Test
  void shouldTakeValuesAsRows() {
    String text = "insert into t settings x = 'values' values (1, 'FORMAT')";
    Statement statement = Statement.of(text);
    assertEquals("Values", statement.format());
    assertEquals("insert into t settings x = 'values' ", statement.sql());
    assertEquals(" (1, 'FORMAT')", text.substring(statement.rowsOffset()));
  }

  @Test
  void shouldSeeThatAnInsertFromASelectHasNoRows() {
    assertFalse(Statement.of("INSERT INTO t SELECT * FROM values('a Int8', 1)").rowsFollow());
    assertFalse(Statement.of("INSERT INTO t WITH 1 AS x SELECT x").rowsFollow());
  }

  @Test
  void shouldEndOnTextThatIsCutOff() {
    for (String text : new String[] {"", "'", "INSERT INTO t VALUES ('", "/*", "--", "`a\\"}) {
      Statement.of(text);
    }
    assertTrue(Statement.of("INSERT INTO t VALUES ('").rowsFollow());
  }
}
