package io.adplatform.clickhouse;

import java.util.Locale;
import java.util.Set;

/**
 * The text of a statement, read as far as the HTTP interface must know it: whether rows follow it,
 * and the format it names.
 *
 * @param sql what the engine runs; of an insert with rows, without its {@code FORMAT}
 * @param format the format named in it, or null
 * @param rowsFollow whether it is an insert whose rows come after it
 * @param rowsOffset where in the text they begin; where {@code rowsFollow}
 */
record Statement(String sql, String format, boolean rowsFollow, int rowsOffset) {
  /**
   * Formats of which a result may be written block after block; all others have a head or a foot
   * that belongs to the whole.
   */
  private static final Set<String> STREAMABLE =
      Set.of(
          "rowbinary",
          "native",
          "tabseparated",
          "tsv",
          "tabseparatedraw",
          "tsvraw",
          "csv",
          "jsoneachrow",
          "jsoncompacteachrow",
          "values");

  /** Whether results in a format can be written while they are made. */
  static boolean isStreamable(String format) {
    return STREAMABLE.contains(format.toLowerCase(Locale.ROOT));
  }

  /** Reads a text that may be only the beginning of an insert's body. */
  static Statement of(String text) {
    Scan scan = new Scan(text);
    String first = scan.nextWord();
    return first.equals("INSERT")
        ? insert(text, scan)
        : new Statement(text, format(scan), false, 0);
  }

  private static Statement insert(String text, Scan scan) {
    String word;
    while (!(word = scan.nextWord()).isEmpty()) {
      switch (word) {
        case "SELECT", "WITH" -> {
          return new Statement(text, null, false, 0);
        }
        case "VALUES" -> {
          return new Statement(text.substring(0, scan.wordStart), "Values", true, scan.position);
        }
        case "FORMAT" -> {
          int end = scan.wordStart;
          scan.nextWord();
          String name = text.substring(scan.wordStart, scan.position);
          return new Statement(text.substring(0, end), name, true, scan.afterFormat());
        }
        default -> {}
      }
    }
    return new Statement(text, null, false, 0);
  }

  private static String format(Scan scan) {
    String format = null;
    String word;
    while (!(word = scan.nextWord()).isEmpty()) {
      if (word.equals("FORMAT")) {
        scan.nextWord();
        format = scan.text.substring(scan.wordStart, scan.position);
      }
    }
    return format == null || format.isEmpty() ? null : format;
  }

  /** Walks over the words that stand outside of quotes, parentheses and comments. */
  private static final class Scan {
    final String text;
    int position;
    int wordStart;

    Scan(String text) {
      this.text = text;
    }

    /** The next word in upper case; empty at the end. */
    String nextWord() {
      int depth = 0;
      while (position < text.length()) {
        char c = text.charAt(position);
        if (c == '\'' || c == '"' || c == '`') {
          skipQuoted(c);
        } else if (text.startsWith("--", position) || c == '#') {
          skipTo("\n");
        } else if (text.startsWith("/*", position)) {
          skipTo("*/");
        } else if (c == '(' || c == ')') {
          depth += c == '(' ? 1 : -1;
          position++;
        } else if (!isWordPart(c)) {
          position++;
        } else {
          wordStart = position;
          while (position < text.length() && isWordPart(text.charAt(position))) {
            position++;
          }
          if (depth == 0) {
            return text.substring(wordStart, position).toUpperCase(Locale.ROOT);
          }
        }
      }
      wordStart = position;
      return "";
    }

    /** Rows begin after the format's name and the white space up to and with a line's end. */
    int afterFormat() {
      int at = position;
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
      if (at < text.length() && text.charAt(at) == '\r') {
        at++;
      }
      return at < text.length() && text.charAt(at) == '\n' ? at + 1 : at;
    }

    private void skipQuoted(char quote) {
      position++;
      while (position < text.length() && text.charAt(position) != quote) {
        position += text.charAt(position) == '\\' ? 2 : 1;
      }
      position = Math.min(position + 1, text.length());
    }

    private void skipTo(String end) {
      int found = text.indexOf(end, position + 1);
      position = found < 0 ? text.length() : found + end.length();
    }

    private static boolean isWordPart(char c) {
      return Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '$';
    }
  }
}
