package io.adplatform.campaign.certify;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/** A DSP on loopback that answers as it is told to, and remembers what it was asked. */
final class StubPartner implements AutoCloseable {
  /** What it answers; headers are {@code name, value, …}. */
  record Reply(int status, byte[] body, List<String> headers) {
    static Reply json(JsonObject body) {
      return text(200, body.encode());
    }

    static Reply text(int status, String body, String... headers) {
      return new Reply(status, Buffer.buffer(body).getBytes(), List.of(headers));
    }

    static Reply noBid() {
      return new Reply(204, new byte[0], List.of());
    }
  }

  record Asked(JsonObject body, Headers headers) {}

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Function<JsonObject, Reply> behaviour;

  StubPartner(Function<JsonObject, Reply> behaviour) throws IOException {
    this.behaviour = behaviour;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/bid";
  }

  void behave(Function<JsonObject, Reply> next) {
    behaviour = next;
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] sent = exchange.getRequestBody().readAllBytes();
    boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    JsonObject body = new JsonObject(Buffer.buffer(gzip ? inflated(sent) : sent));
    asked.add(new Asked(body, exchange.getRequestHeaders()));
    Reply reply = behaviour.apply(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    for (int i = 0; i < reply.headers().size(); i += 2) {
      exchange.getResponseHeaders().set(reply.headers().get(i), reply.headers().get(i + 1));
    }
    int length = reply.body().length;
    exchange.sendResponseHeaders(reply.status(), length == 0 ? -1 : length);
    if (length > 0) {
      exchange.getResponseBody().write(reply.body());
    }
    exchange.close();
  }

  private static byte[] inflated(byte[] body) {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return gzip.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bids as the rules say, a little above the floor, on the first format of each imp. */
  static Reply bid(JsonObject request) {
    JsonArray bids = new JsonArray();
    JsonArray imps = request.getJsonArray("imp");
    for (int i = 0; i < imps.size(); i++) {
      JsonObject imp = imps.getJsonObject(i);
      BigDecimal floor = new BigDecimal(imp.getValue("bidfloor", 0).toString());
      if (floor.compareTo(BigDecimal.valueOf(1_000)) < 0) {
        bids.add(bid(imp, i).put("price", floor.add(new BigDecimal("0.5")).doubleValue()));
      }
    }
    if (bids.isEmpty()) {
      return Reply.noBid();
    }
    return Reply.json(
        new JsonObject()
            .put("id", request.getString("id"))
            .put("cur", "USD")
            .put(
                "seatbid",
                new JsonArray().add(new JsonObject().put("seat", "s1").put("bid", bids))));
  }

  private static JsonObject bid(JsonObject imp, int i) {
    JsonObject bid =
        new JsonObject()
            .put("id", "b" + i)
            .put("impid", imp.getString("id"))
            .put("adomain", new JsonArray().add("brand.example"))
            .put("cat", new JsonArray().add("IAB1"));
    JsonObject banner = imp.getJsonObject("banner");
    if (banner != null) {
      JsonArray format = banner.getJsonArray("format");
      JsonObject size = format == null ? banner : format.getJsonObject(0);
      return bid.put("mtype", 1)
          .put("w", size.getInteger("w"))
          .put("h", size.getInteger("h"))
          .put("adm", "<a href=\"http://brand.example/\"><img src=\"https://b.example/i\"></a>");
    }
    if (imp.containsKey("video")) {
      return bid.put("mtype", 2).put("adm", "<VAST version=\"4.0\"></VAST>");
    }
    return bid.put("mtype", 4).put("adm", "{\"native\":{\"assets\":[]}}");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
