package io.adplatform.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of JSON objects as an aligned table or as CSV; columns are the fields named, by path with
 * dots.
 */
final class Table {
  private Table() {}

  /** How rows are printed. */
  enum Form {
    table,
    csv,
    json
  }

  /** Prints rows; numbers stand to the right. */
  static void print(Iterable<JsonNode> rows, List<String> columns, Form form, PrintWriter out) {
    switch (form) {
      case json -> printJson(rows, out);
      case csv -> printCsv(rows, columns, out);
      case table -> printAligned(rows, columns, out);
    }
    out.flush();
  }

  /** One document, a row a line. */
  private static void printJson(Iterable<JsonNode> rows, PrintWriter out) {
    String before = "[";
    for (JsonNode row : rows) {
      out.print(before + row);
      before = ",\n";
    }
    out.println(before.equals("[") ? "[]" : "]");
  }

  private static void printCsv(Iterable<JsonNode> rows, List<String> columns, PrintWriter out) {
    out.println(String.join(",", columns));
    for (JsonNode row : rows) {
      List<String> cells = new ArrayList<>();
      for (String column : columns) {
        String text = cell(row, column).asText("");
        boolean quote = text.contains(",") || text.contains("\"") || text.contains("\n");
        cells.add(quote ? '"' + text.replace("\"", "\"\"") + '"' : text);
      }
      out.println(String.join(",", cells));
    }
  }

  private static void printAligned(Iterable<JsonNode> rows, List<String> columns, PrintWriter out) {
    int[] widths = columns.stream().mapToInt(String::length).toArray();
    for (JsonNode row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], cell(row, columns.get(i)).asText("").length());
      }
    }
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      append(line, columns.get(i), widths[i], false);
    }
    out.println(line.toString().stripTrailing());
    int printed = 0;
    for (JsonNode row : rows) {
      line.setLength(0);
      for (int i = 0; i < widths.length; i++) {
        JsonNode cell = cell(row, columns.get(i));
        append(line, cell.asText(""), widths[i], cell.isNumber());
      }
      out.println(line.toString().stripTrailing());
      printed++;
    }
    if (printed == 0) {
      out.println("(none)");
    }
  }

  private static void append(StringBuilder line, String text, int width, boolean right) {
    String space = " ".repeat(width - text.length());
    line.append(right ? space + text : text + space).append("  ");
  }

  private static JsonNode cell(JsonNode row, String path) {
    JsonNode at = row;
    for (String part : path.split("\\.")) {
      at = at.path(part);
    }
    return at.isNull() ? com.fasterxml.jackson.databind.node.MissingNode.getInstance() : at;
  }
}
