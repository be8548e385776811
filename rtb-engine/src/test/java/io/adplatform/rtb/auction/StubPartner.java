package io.adplatform.rtb.auction;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/** A demand partner over a real HTTP server: what it was asked, and what it does about it. */
final class StubPartner implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  /** What one request was. */
  record Asked(JsonNode body, java.util.Map<String, String> headers) {}

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  final int port;
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  /** One that answers a request as a function says; null is a 204. */
  static StubPartner answering(Function<JsonNode, String> answer) throws Exception {
    return new StubPartner(
        (request, body) -> {
          String text = answer.apply(body);
          if (text == null) {
            request.response().setStatusCode(204).end();
          } else {
            request.response().putHeader("content-type", "application/json").end(text);
          }
        });
  }

  /** One that does with a request what it wants to. */
  StubPartner(BiConsumer<HttpServerRequest, JsonNode> behaviour) throws Exception {
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> request.body().onSuccess(body -> take(request, body, behaviour)))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    port = server.actualPort();
  }

  private void take(
      HttpServerRequest request, Buffer body, BiConsumer<HttpServerRequest, JsonNode> behaviour) {
    byte[] bytes = body.getBytes();
    try {
      if ("gzip".equals(request.getHeader("content-encoding"))) {
        bytes = new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
      }
      JsonNode json = JSON.readTree(bytes);
      java.util.Map<String, String> headers = new java.util.TreeMap<>();
      request.headers().forEach((name, value) -> headers.put(name.toLowerCase(), value));
      asked.add(new Asked(json, headers));
      behaviour.accept(request, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + port + "/bid";
  }

  /** The answer to a request with one bid on its first imp, with more members of it. */
  static String bid(JsonNode request, String price, String members) {
    return "{\"id\":"
        + request.get("id")
        + ",\"bidid\":\"b-1\",\"seatbid\":[{\"seat\":\"s1\",\"bid\":[{\"id\":\"1\",\"impid\":"
        + request.at("/imp/0/id")
        + ",\"price\":"
        + price
        + members
        + "}]}]}";
  }

  static final String MARKUP = ",\"adm\":\"<b>partner<\\/b>\"";

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
