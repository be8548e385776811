package io.adplatform.campaign.rest;

import io.adplatform.campaign.check.PartnerTerms;
import io.adplatform.campaign.launch.CampaignConfig;
import io.adplatform.campaign.launch.CampaignService;
import io.adplatform.campaign.outbox.CatalogueTopicsConfig;
import io.adplatform.campaign.serving.ServicePeersConfig;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.api.ApiServerConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.postgres.PostgresApiKeyStore;
import io.adplatform.storage.postgres.PostgresConfig;
import io.adplatform.testkit.server.TestPostgres;
import io.adplatform.wire.secret.SecretSeal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Set;

/** campaign-service on a real PostgreSQL, with a client. */
public final class CampaignFixture implements AutoCloseable {
  /** Nothing listens there: Kafka is away, and writes answer all the same. */
  public static final KafkaConfig NO_KAFKA = new KafkaConfig("127.0.0.1:1", 1);

  /** What secrets of partners are sealed with. */
  public static final SecretSeal SEAL = SecretSeal.parse(SecretSeal.generate(), "for tests");

  private static final String APP_PASSWORD = "for-tests";
  private static final DocumentedAnswers DOCUMENTED = new DocumentedAnswers();

  public final TestPostgres.Database database;
  public final String operatorKey = PostgresApiKeyStore.generate();
  public final CampaignService service;
  private final ApiServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  public CampaignFixture(
      TestPostgres.Database database, CatalogueTopicsConfig topics, ServicePeersConfig peers) {
    this.database = database;
    PostgresConfig postgres =
        PostgresConfig.of(
            database.jdbcUrl(),
            CampaignConfig.SCHEMA,
            new PostgresConfig.Login(database.user(), database.password()),
            APP_PASSWORD);
    ApiServer.Builder api = ApiServer.builder(ApiServerConfig.of("127.0.0.1", 0));
    service =
        CampaignService.launch(
            api,
            new CampaignConfig(
                postgres,
                topics,
                peers,
                new PartnerTerms(Set.of("eu", "us-east"), SEAL),
                operatorKey));
    server = api.start();
  }

  public static CampaignFixture withoutKafka() {
    return withoutKafka(TestPostgres.freshDatabase());
  }

  public static CampaignFixture withoutKafka(TestPostgres.Database database) {
    return new CampaignFixture(
        database,
        CatalogueTopicsConfig.of(NO_KAFKA),
        new ServicePeersConfig("http://127.0.0.1:1", "http://127.0.0.1:1", "node"));
  }

  public Set<String> operationIds() {
    return server.operationIds();
  }

  /** A connection as the working login, which row-level security binds. */
  public Connection connectAsApp() throws SQLException {
    Connection connection =
        DriverManager.getConnection(database.jdbcUrl(), "campaign_app", APP_PASSWORD);
    connection.setSchema(CampaignConfig.SCHEMA);
    return connection;
  }

  /** A connection as the owner, which sees and may do everything. */
  public Connection connectAsOwner() throws SQLException {
    Connection connection = database.connect();
    connection.setSchema(CampaignConfig.SCHEMA);
    return connection;
  }

  public record Answer(int status, HttpResponse<String> response) {
    public JsonObject json() {
      return new JsonObject(response.body());
    }

    public String id() {
      return json().getString("id");
    }

    public JsonArray items() {
      return json().getJsonArray("items");
    }

    /** The first field at fault. */
    public String field() {
      return json().getString("field");
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }

    /** Itself, where the status is as expected. */
    public Answer expect(int expected) {
      if (status != expected) {
        throw new AssertionError(
            "expected " + expected + ", got " + status + ": " + response.body());
      }
      return this;
    }
  }

  public Answer send(String key, String method, String path, JsonObject body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/v1" + path));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    request.method(
        method,
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.encode()));
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      DOCUMENTED.check(method, path, response.statusCode(), response.body());
      return new Answer(response.statusCode(), response);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  public Answer get(String path) {
    return send(operatorKey, "GET", path, null);
  }

  public Answer post(String path, JsonObject body, String... headers) {
    return send(operatorKey, "POST", path, body, headers);
  }

  public Answer patch(String path, JsonObject body, String... headers) {
    return send(operatorKey, "PATCH", path, body, headers);
  }

  public Answer delete(String path, String... headers) {
    return send(operatorKey, "DELETE", path, null, headers);
  }

  /** A new account with a key of a role. */
  public Tenant tenant(String role) {
    String account = post("/accounts", new JsonObject().put("name", "Tenant")).expect(201).id();
    String key =
        post(
                "/accounts/" + account + "/api-keys",
                new JsonObject().put("role", role).put("name", "ci"))
            .expect(201)
            .json()
            .getString("key");
    return new Tenant(account, key);
  }

  public record Tenant(String account, String key) {}

  public String newAdvertiser() {
    return post("/advertisers", new JsonObject().put("name", "Acme").put("currency", "USD"))
        .expect(201)
        .id();
  }

  public String newCampaign(String advertiser) {
    return post("/advertisers/" + advertiser + "/campaigns", new JsonObject().put("name", "Sale"))
        .expect(201)
        .id();
  }

  public String newCreative(String advertiser) {
    return post("/advertisers/" + advertiser + "/creatives", creative()).expect(201).id();
  }

  public String newLineItem(String campaign, String creative) {
    return post("/campaigns/" + campaign + "/line-items", lineItem(creative)).expect(201).id();
  }

  public static JsonObject creative() {
    return new JsonObject()
        .put("name", "Banner")
        .put("format", "banner")
        .put("width", 300)
        .put("height", 250)
        .put("markup", "<a href=\"${CLICK_URL}\"><img src=\"https://acme.example/b.png\"></a>")
        .put("landingPage", "https://www.acme.example/sale?x={y}")
        .put("advertiserDomains", new JsonArray().add("acme.example"))
        .put("categories", new JsonArray().add("IAB1").add("IAB2-3"));
  }

  public static JsonObject lineItem(String creative) {
    return new JsonObject()
        .put("name", "US desktop")
        .put("bid", new JsonObject().put("model", "CPM").put("amountMicros", 2_500_000))
        .put("creativeIds", new JsonArray().add(creative))
        .put(
            "budget",
            new JsonObject().put("totalMicros", 50_000_000L).put("dailyMicros", 5_000_000L))
        .put(
            "targeting",
            new JsonObject()
                .put(
                    "include",
                    new JsonObject()
                        .put("country", new JsonArray().add("USA"))
                        .put("deviceType", new JsonArray().add("DESKTOP")))
                .put("exclude", new JsonObject().put("site", new JsonArray().add("bad.example"))));
  }

  public static JsonObject supplyPartner(String key) {
    return new JsonObject().put("key", key).put("name", "Demo SSP");
  }

  public static JsonObject demandPartner(String endpoint) {
    return new JsonObject().put("name", "Stub DSP").put("endpoint", endpoint);
  }

  @Override
  public void close() {
    server.close();
    service.close();
  }
}
