package io.adplatform.clickhouse;

import com.clickhouse.client.api.internal.ClickHouseLZ4InputStream;
import com.clickhouse.client.api.internal.ClickHouseLZ4OutputStream;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers ClickHouse's HTTP interface: a statement in the address or the body, rows of an insert
 * after it, a result in the format asked for. Any thread of the server's pool.
 */
final class QueryHandler implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(QueryHandler.class);

  /** More statements at once than this only wait for each other on a small machine. */
  static final int CONCURRENT_STATEMENTS = 32;

  /** A statement is text: longer ones are mistakes (an insert's rows are not counted). */
  private static final int STATEMENT_BYTES = 16 * 1024 * 1024;

  /** An insert's statement before its rows must end within so many bytes of the body. */
  private static final int INSERT_HEAD_BYTES = 64 * 1024;

  private static final int COMPRESSED_BLOCK_BYTES = 256 * 1024;
  private static final LZ4Factory LZ4 = LZ4Factory.safeInstance();

  private final Engine engine;
  private final Sessions sessions;
  private final byte[] user;
  private final byte[] password;
  private final Semaphore places = new Semaphore(CONCURRENT_STATEMENTS);

  QueryHandler(Engine engine, Sessions sessions, String user, String password) {
    this.engine = engine;
    this.sessions = sessions;
    this.user = user.getBytes(StandardCharsets.UTF_8);
    this.password = password.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    HttpQuery query = HttpQuery.of(exchange);
    Headers headers = exchange.getResponseHeaders();
    headers.set("X-ClickHouse-Server-Display-Name", "adplatform");
    headers.set("X-ClickHouse-Query-Id", query.queryId());
    headers.set("X-ClickHouse-Timezone", engine.timeZone());
    try {
      authenticate(query);
      if (!places.tryAcquire()) {
        throw new EngineException(
            EngineException.TOO_MANY_SIMULTANEOUS_QUERIES,
            "TOO_MANY_SIMULTANEOUS_QUERIES",
            "Too many simultaneous queries. Maximum: " + CONCURRENT_STATEMENTS);
      }
      try {
        run(exchange, query);
      } finally {
        places.release();
      }
    } catch (EngineException e) {
      fail(exchange, e);
    } catch (IllegalStateException e) {
      LOG.error("query {} broke", query.queryId(), e);
      fail(exchange, new EngineException(1001, "STD_EXCEPTION", String.valueOf(e.getMessage())));
    }
    // Not where an exception leaves this method: closing would end a cut answer as if it were
    // whole.
    exchange.close();
  }

  private void authenticate(HttpQuery query) throws EngineException {
    if (password.length == 0) {
      return;
    }
    boolean userFits = MessageDigest.isEqual(query.user().getBytes(StandardCharsets.UTF_8), user);
    boolean passwordFits =
        MessageDigest.isEqual(query.password().getBytes(StandardCharsets.UTF_8), password);
    if (!(userFits & passwordFits)) {
      throw new EngineException(
          EngineException.AUTHENTICATION_FAILED,
          "AUTHENTICATION_FAILED",
          "Authentication failed: password is incorrect, or there is no user with such name.");
    }
  }

  private void run(HttpExchange exchange, HttpQuery query) throws IOException, EngineException {
    String sessionId = query.options().get("session_id");
    if (sessionId == null || sessionId.isEmpty()) {
      try (EngineConnection connection = engine.connect()) {
        run(exchange, query, connection);
      }
      return;
    }
    EngineConnection connection = sessions.take(sessionId, query.isOn("session_check"));
    try {
      run(exchange, query, connection);
      connection.reset(query.settings().keySet());
    } finally {
      sessions.release(sessionId, query.isOn("close_session") ? 0 : query.sessionSeconds());
    }
  }

  private void run(HttpExchange exchange, HttpQuery query, EngineConnection connection)
      throws IOException, EngineException {
    String database = query.options().get("database");
    if (database != null && !database.isEmpty()) {
      connection.use(database);
    }
    connection.set(query.settings());
    InputStream body = body(exchange, query);
    if (!query.query().isEmpty()) {
      Statement statement = Statement.of(query.query());
      if (statement.rowsFollow()) {
        byte[] inline =
            query.query().substring(statement.rowsOffset()).getBytes(StandardCharsets.UTF_8);
        insert(exchange, query, connection, statement, prepend(inline, inline.length, 0, body));
      } else {
        String rest = new String(readStatement(body), StandardCharsets.UTF_8);
        String all = rest.isEmpty() ? query.query() : query.query() + "\n" + rest;
        read(exchange, query, connection, Statement.of(all));
      }
      return;
    }
    byte[] head = body.readNBytes(INSERT_HEAD_BYTES);
    // One char per byte, so that offsets in the text are offsets in the body.
    Statement statement = Statement.of(new String(head, StandardCharsets.ISO_8859_1));
    if (statement.rowsFollow()) {
      byte[] sql = statement.sql().getBytes(StandardCharsets.ISO_8859_1);
      Statement insert =
          new Statement(new String(sql, StandardCharsets.UTF_8), statement.format(), true, 0);
      insert(
          exchange,
          query,
          connection,
          insert,
          prepend(head, head.length, statement.rowsOffset(), body));
    } else {
      byte[] all = readStatement(prepend(head, head.length, 0, body));
      String text = new String(all, StandardCharsets.UTF_8);
      read(exchange, query, connection, Statement.of(text));
    }
  }

  private static InputStream prepend(byte[] bytes, int length, int offset, InputStream rest) {
    return new SequenceInputStream(new ByteArrayInputStream(bytes, offset, length - offset), rest);
  }

  private static byte[] readStatement(InputStream in) throws IOException, EngineException {
    byte[] text = in.readNBytes(STATEMENT_BYTES + 1);
    if (text.length > STATEMENT_BYTES) {
      throw new EngineException(
          EngineException.QUERY_IS_TOO_LARGE, "QUERY_IS_TOO_LARGE", "The statement is too long");
    }
    return text;
  }

  private static InputStream body(HttpExchange exchange, HttpQuery query) throws IOException {
    InputStream body = exchange.getRequestBody();
    if ("gzip".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      body = new GZIPInputStream(body, COMPRESSED_BLOCK_BYTES);
    }
    return query.isOn("decompress")
        ? new ClickHouseLZ4InputStream(body, LZ4.fastDecompressor(), COMPRESSED_BLOCK_BYTES)
        : body;
  }

  private void insert(
      HttpExchange exchange,
      HttpQuery query,
      EngineConnection connection,
      Statement statement,
      InputStream rows)
      throws IOException, EngineException {
    long start = System.nanoTime();
    try (EngineResult result =
        connection.insert(statement.sql(), statement.format(), query.parameters(), rows)) {
      exchange
          .getResponseHeaders()
          .set("X-ClickHouse-Summary", result.summary(System.nanoTime() - start));
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void read(
      HttpExchange exchange, HttpQuery query, EngineConnection connection, Statement statement)
      throws IOException, EngineException {
    if (statement.sql().isBlank()) {
      throw new EngineException(62, "SYNTAX_ERROR", "Empty query");
    }
    String given = query.options().get("default_format");
    String otherwise = given == null || given.isEmpty() ? "TabSeparated" : given;
    String format = statement.format() != null ? statement.format() : otherwise;
    Headers headers = exchange.getResponseHeaders();
    headers.set("X-ClickHouse-Format", format);
    headers.set("Content-Type", contentType(format));
    Map<String, String> parameters = query.parameters();
    if (Statement.isStreamable(format) && connection.isRead(statement.sql())) {
      OutputStream[] opened = new OutputStream[1];
      connection.stream(
          statement.sql(), format, parameters, () -> opened[0] = open(exchange, query));
      opened[0].close();
      return;
    }
    long start = System.nanoTime();
    try (EngineResult result = connection.query(statement.sql(), format, parameters)) {
      headers.set("X-ClickHouse-Summary", result.summary(System.nanoTime() - start));
      try (OutputStream out = open(exchange, query)) {
        result.writeTo(out);
      }
    }
  }

  /** Sends the head of a good answer and opens its body, compressed as the client asked. */
  private static OutputStream open(HttpExchange exchange, HttpQuery query) throws IOException {
    String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
    boolean gzip =
        query.isOn("enable_http_compression") && accepted != null && accepted.contains("gzip");
    if (gzip) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
    }
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    if (gzip) {
      return new GZIPOutputStream(out, COMPRESSED_BLOCK_BYTES);
    }
    return query.isOn("compress")
        ? new ClickHouseLZ4OutputStream(out, LZ4.fastCompressor(), COMPRESSED_BLOCK_BYTES)
        : out;
  }

  private static String contentType(String format) {
    return switch (format) {
      case "JSON", "JSONCompact", "JSONStrings" -> "application/json; charset=UTF-8";
      case "JSONEachRow", "JSONCompactEachRow" -> "application/x-ndjson; charset=UTF-8";
      case "CSV", "CSVWithNames" -> "text/csv; charset=UTF-8";
      case "TabSeparated", "TSV", "TabSeparatedWithNames", "TabSeparatedWithNamesAndTypes" ->
          "text/tab-separated-values; charset=UTF-8";
      default -> "application/octet-stream";
    };
  }

  /** Answers an error; where the answer has begun the connection ends without its last chunk. */
  private static void fail(HttpExchange exchange, EngineException error) throws IOException {
    if (exchange.getResponseCode() != -1) {
      throw new IOException(error.getMessage());
    }
    Headers headers = exchange.getResponseHeaders();
    headers.set("X-ClickHouse-Exception-Code", Integer.toString(error.code()));
    headers.set("Content-Type", "text/plain; charset=UTF-8");
    headers.remove("X-ClickHouse-Format");
    byte[] message = (error.getMessage().strip() + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(error.httpStatus(), message.length);
    exchange.getResponseBody().write(message);
  }
}
