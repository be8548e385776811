package io.adplatform.standalone;

import java.util.Map;

/** Prometheus's text format, as far as several processes' texts are put together. */
final class MetricsText {
  private static final String[] SERIES = {"_bucket", "_sum", "_count", "_total", "_created"};

  private MetricsText() {}

  /**
   * Adds a service's text to the families gathered so far.
   *
   * @param families name of a metric to its lines; comments stand first, once
   */
  static void merge(String service, String text, Map<String, StringBuilder> families) {
    text.lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> {
              if (line.startsWith("#")) {
                addComment(line, families);
              } else {
                addSample(service, line, families);
              }
            });
  }

  private static void addComment(String line, Map<String, StringBuilder> families) {
    String[] words = line.split(" ", 4);
    if (words.length < 3) {
      return;
    }
    StringBuilder family = families.computeIfAbsent(words[2], name -> new StringBuilder());
    if (family.indexOf("# " + words[1] + " ") < 0) {
      family.append(line).append('\n');
    }
  }

  private static void addSample(String service, String line, Map<String, StringBuilder> families) {
    int brace = line.indexOf('{');
    int end = brace < 0 ? line.indexOf(' ') : brace;
    if (end < 0) {
      return;
    }
    String name = line.substring(0, end);
    StringBuilder family =
        families.computeIfAbsent(familyOf(name, families), key -> new StringBuilder());
    family.append(name).append("{service=\"").append(service).append('"');
    if (brace < 0) {
      family.append('}').append(line, end, line.length());
    } else {
      boolean empty = line.charAt(brace + 1) == '}';
      family.append(empty ? "" : ",").append(line, brace + 1, line.length());
    }
    family.append('\n');
  }

  /** The samples of a histogram or summary carry endings that its comments do not. */
  private static String familyOf(String name, Map<String, StringBuilder> families) {
    if (families.containsKey(name)) {
      return name;
    }
    for (String ending : SERIES) {
      if (name.endsWith(ending)) {
        String base = name.substring(0, name.length() - ending.length());
        if (families.containsKey(base)) {
          return base;
        }
      }
    }
    return name;
  }
}
