package io.adplatform.analytics.ingest;

import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.api.Caller;
import io.adplatform.runtime.api.Role;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.function.Consumer;

/** An API server with a few keys, and a client of it. */
public final class ApiFixture implements AutoCloseable {
  public static final long BUYER = 11;
  public static final long OTHER_BUYER = 12;
  public static final long SELLER = 21;
  public static final long BIDDER = 22;
  private static final Map<String, Caller> KEYS =
      Map.of(
          "operator", new Caller(1, 101, Role.OPERATOR),
          "buyer", new Caller(BUYER, 102, Role.ADVERTISER),
          "other-buyer", new Caller(OTHER_BUYER, 103, Role.ADVERTISER),
          "seller", new Caller(SELLER, 104, Role.PARTNER),
          "bidder", new Caller(BIDDER, 106, Role.PARTNER),
          "publisher", new Caller(31, 105, Role.PUBLISHER));

  private final HttpClient client = HttpClient.newHttpClient();
  private final ApiServer server;

  public ApiFixture(Consumer<ApiServer.Builder> mount) {
    ApiServer.Builder builder =
        ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0)).keys(KEYS::get).nodeKey("node-key");
    mount.accept(builder);
    server = builder.start();
  }

  public HttpResponse<String> get(String key, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .header("Authorization", "Bearer " + key)
            .build();
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The body of an answer that must be 200. */
  public JsonObject json(String key, String path) {
    HttpResponse<String> response = get(key, path);
    if (response.statusCode() != 200) {
      throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
    }
    return new JsonObject(response.body());
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
