package io.adplatform.clickhouse;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What a request's address and headers say; the body is still unread.
 *
 * @param query the {@code query} parameter; empty where the body has it
 * @param settings what is neither a parameter of the interface nor of the query
 * @param parameters {@code param_name}, by name
 * @param options the interface's own parameters, such as {@code database} or {@code compress}
 * @param user empty where none is given
 * @param password empty where none is given
 */
record HttpQuery(
    String query,
    Map<String, String> settings,
    Map<String, String> parameters,
    Map<String, String> options,
    String user,
    String password) {

  private static final Set<String> OPTIONS =
      Set.of(
          "database",
          "default_format",
          "query_id",
          "session_id",
          "session_timeout",
          "session_check",
          "close_session",
          "compress",
          "decompress",
          "enable_http_compression",
          "wait_end_of_query",
          "buffer_size",
          "role",
          "quota_key",
          "stacktrace",
          "client_protocol_version",
          "http_write_exception_in_output_format",
          "async");

  private static final String PARAMETER_PREFIX = "param_";
  private static final long DEFAULT_SESSION_SECONDS = 60;
  private static final long MAX_SESSION_SECONDS = 3600;

  /** Reads a request. */
  static HttpQuery of(HttpExchange exchange) {
    Map<String, String> settings = new LinkedHashMap<>();
    Map<String, String> parameters = new LinkedHashMap<>();
    Map<String, String> options = new LinkedHashMap<>();
    String query = "";
    String user = "";
    String password = "";
    Headers headers = exchange.getRequestHeaders();
    String authorization = headers.getFirst("Authorization");
    if (authorization != null && authorization.startsWith("Basic ")) {
      String[] pair = basic(authorization.substring("Basic ".length()));
      user = pair[0];
      password = pair[1];
    }
    user = orElse(headers.getFirst("X-ClickHouse-User"), user);
    password = orElse(headers.getFirst("X-ClickHouse-Key"), password);
    option(options, "database", headers.getFirst("X-ClickHouse-Database"));
    option(options, "default_format", headers.getFirst("X-ClickHouse-Format"));
    for (Map.Entry<String, String> pair : pairs(exchange.getRequestURI().getRawQuery())) {
      String name = pair.getKey();
      String value = pair.getValue();
      if (name.equals("query")) {
        query = value;
      } else if (name.equals("user")) {
        user = value;
      } else if (name.equals("password")) {
        password = value;
      } else if (OPTIONS.contains(name)) {
        options.put(name, value);
      } else if (name.startsWith(PARAMETER_PREFIX)) {
        parameters.put(name.substring(PARAMETER_PREFIX.length()), value);
      } else if (!name.isEmpty()) {
        settings.put(name, value);
      }
    }
    options.putIfAbsent("query_id", UUID.randomUUID().toString());
    return new HttpQuery(query, settings, parameters, options, user, password);
  }

  private static java.util.List<Map.Entry<String, String>> pairs(String rawQuery) {
    java.util.List<Map.Entry<String, String>> pairs = new java.util.ArrayList<>();
    if (rawQuery != null) {
      for (String pair : rawQuery.split("&")) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        pairs.add(Map.entry(decode(name), decode(value)));
      }
    }
    return pairs;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String[] basic(String encoded) {
    try {
      String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0
          ? new String[] {pair, ""}
          : new String[] {pair.substring(0, colon), pair.substring(colon + 1)};
    } catch (IllegalArgumentException e) {
      return new String[] {"", ""};
    }
  }

  private static void option(Map<String, String> options, String name, String value) {
    if (value != null) {
      options.put(name, value);
    }
  }

  private static String orElse(String value, String otherwise) {
    return value != null ? value : otherwise;
  }

  /** The id of the query, given or drawn. */
  String queryId() {
    return options.get("query_id");
  }

  /** Whether an option is on. */
  boolean isOn(String option) {
    String value = options.get(option);
    return value != null && !value.equals("0") && !value.equals("false");
  }

  /** Seconds that an idle session lives. */
  long sessionSeconds() {
    String text = options.get("session_timeout");
    try {
      long seconds = text == null ? DEFAULT_SESSION_SECONDS : Long.parseLong(text);
      return Math.clamp(seconds, 1, MAX_SESSION_SECONDS);
    } catch (NumberFormatException e) {
      return DEFAULT_SESSION_SECONDS;
    }
  }
}
