package io.adplatform.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import picocli.CommandLine.Option;

/**
 * The REST API of a running exchange: address and key from {@code credentials.json} in the data
 * folder unless told otherwise. An answer that is no success is an {@link ApiFailure} that carries
 * what the problem document says.
 */
final class Api {
  static final JsonMapper JSON = new JsonMapper();
  private static final Duration BOUND = Duration.ofSeconds(30);

  /** What reads a whole day of events. */
  private static final Duration LONG = Duration.ofMinutes(30);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Data folder of the exchange, for its credentials.json (default: .adplatform, or"
              + " ADPLATFORM_DATA).")
  private Path data;

  @Option(names = "--api", paramLabel = "URL", description = "Address of the API.")
  private String address;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Key to call with (better: the variable ADPLATFORM_API_KEY).")
  private String key;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  /** Reads something. */
  JsonNode get(String path) {
    return call("GET", path, null);
  }

  /** Reads all pages of a list. */
  ArrayNode list(String path) {
    ArrayNode all = JSON.createArrayNode();
    String cursor = null;
    do {
      String separator = path.contains("?") ? "&" : "?";
      JsonNode page =
          get(path + separator + "limit=500" + (cursor == null ? "" : "&cursor=" + encode(cursor)));
      page.path("items").forEach(all::add);
      cursor = page.path("nextCursor").asText(null);
    } while (cursor != null && !cursor.isEmpty());
    return all;
  }

  /** Creates something. */
  JsonNode post(String path, ObjectNode body) {
    return call("POST", path, body);
  }

  /** Changes something. */
  JsonNode patch(String path, ObjectNode body) {
    return call("PATCH", path, body);
  }

  /** Has something done that may take minutes and may be repeated. */
  JsonNode put(String path) {
    return read(
        "PUT", path, send(request("PUT", path, HttpRequest.BodyPublishers.noBody()).timeout(LONG)));
  }

  /** Has something done that asks others, and so may take a while; it is not sent again. */
  JsonNode run(String path) {
    return read(
        "POST",
        path,
        send(request("POST", path, HttpRequest.BodyPublishers.noBody()).timeout(LONG)));
  }

  /** Sends a table. */
  JsonNode putCsv(String path, byte[] csv) {
    HttpRequest.Builder request =
        request("PUT", path, HttpRequest.BodyPublishers.ofByteArray(csv))
            .header("Content-Type", "text/csv");
    return read("PUT", path, send(request));
  }

  /** Reads something as the text it is sent in. */
  String text(String path) {
    return send("GET", path, null).body();
  }

  /** A text as a part of an address. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private JsonNode call(String method, String path, ObjectNode body) {
    return read(method, path, send(method, path, body));
  }

  private static JsonNode read(String method, String path, HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new ApiFailure(method + " " + path + ": the answer is not JSON");
    }
  }

  private HttpResponse<String> send(String method, String path, ObjectNode body) {
    if (body == null) {
      return send(request(method, path, HttpRequest.BodyPublishers.noBody()));
    }
    return send(
        request(method, path, HttpRequest.BodyPublishers.ofString(body.toString()))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", UUID.randomUUID().toString()));
  }

  private HttpRequest.Builder request(String method, String path, HttpRequest.BodyPublisher body) {
    Credentials credentials = credentials();
    return HttpRequest.newBuilder(URI.create(credentials.api() + "/api/v1" + path))
        .timeout(BOUND)
        .header("Authorization", "Bearer " + credentials.apiKey())
        .method(method, body);
  }

  private HttpResponse<String> send(HttpRequest.Builder built) {
    HttpRequest request = built.build();
    HttpResponse<String> answer;
    try {
      answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (HttpTimeoutException e) {
      throw new ApiFailure(request.uri() + " does not answer in time");
    } catch (IOException e) {
      String address = request.uri().toString().replaceFirst("/api/v1/.*", "");
      throw new ApiFailure(
          "cannot reach " + address + ": is the exchange up? ./adplatform status tells");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiFailure("interrupted");
    }
    if (answer.statusCode() / 100 != 2) {
      throw new ApiFailure(problem(answer));
    }
    return answer;
  }

  private static String problem(HttpResponse<String> answer) {
    try {
      JsonNode problem = JSON.readTree(answer.body());
      StringBuilder text = new StringBuilder();
      text.append(answer.statusCode()).append(' ').append(problem.path("title").asText());
      if (problem.hasNonNull("detail")) {
        text.append(": ").append(problem.path("detail").asText());
      }
      for (JsonNode error : problem.path("errors")) {
        text.append("\n  ").append(error.path("field").asText()).append(": ");
        text.append(error.path("detail").asText());
      }
      return text.toString();
    } catch (JsonProcessingException e) {
      return answer.statusCode() + " " + answer.body();
    }
  }

  private record Credentials(String api, String apiKey) {}

  /** The key of {@code credentials.json} is sent to the address that stands beside it alone. */
  private Credentials credentials() {
    String givenKey = key != null ? key : System.getenv("ADPLATFORM_API_KEY");
    String givenAddress = address == null ? null : checked(address);
    if (givenAddress != null && givenKey != null) {
      return new Credentials(givenAddress, givenKey);
    }
    Credentials own = readCredentials();
    if (givenAddress != null && !givenAddress.equals(own.api())) {
      throw new ApiFailure(
          "--api "
              + address
              + " needs --api-key or the variable ADPLATFORM_API_KEY: the key at hand is for "
              + own.api());
    }
    return new Credentials(own.api(), givenKey != null ? givenKey : own.apiKey());
  }

  private static String checked(String address) {
    if (!address.matches("https?://[A-Za-z0-9._:\\[\\]-]+/*")) {
      throw new ApiFailure("--api takes an address such as http://localhost:8081: " + address);
    }
    return address.replaceFirst("/+$", "");
  }

  private Credentials readCredentials() {
    Path file = folder().resolve("credentials.json");
    if (!Files.isReadable(file)) {
      throw new ApiFailure(
          "no " + file + ": start the exchange with ./adplatform up, or give --api and --api-key");
    }
    try {
      JsonNode read = JSON.readTree(file.toFile());
      return new Credentials(read.path("api").asText(), read.path("apiKey").asText());
    } catch (IOException e) {
      throw new ApiFailure(file + " cannot be read: " + e.getMessage());
    }
  }

  private Path folder() {
    if (data != null) {
      return data;
    }
    String variable = System.getenv("ADPLATFORM_DATA");
    return Path.of(variable != null ? variable : ".adplatform");
  }
}
