package io.adplatform.loadtest.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** An SSP: sends bid requests, fires beacons and notices. */
public final class Ssp {
  private static final Duration BOUND = Duration.ofSeconds(5);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final String endpoint;

  public Ssp(String dataAddress, String supplyKey) {
    this.endpoint = dataAddress + "/openrtb2/auction/" + supplyKey;
  }

  /**
   * An answer.
   *
   * @param body a missing node where there is none
   * @param encoding {@code identity} where the answer names none
   * @param contentType null where the answer names none
   * @param version the exchange's OpenRTB version, null where the answer names none
   */
  public record Answer(
      int status, JsonNode body, String encoding, String contentType, String version) {}

  /** Sends a request; with {@code gzip} it is sent and asked for in gzip. */
  public Answer ask(byte[] body, boolean gzip, String version)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(endpoint))
            .timeout(BOUND)
            .header("Content-Type", "application/json")
            .header("x-openrtb-version", version);
    if (gzip) {
      request.header("Content-Encoding", "gzip").header("Accept-Encoding", "gzip");
    }
    HttpResponse<byte[]> answer =
        http.send(
            request
                .POST(HttpRequest.BodyPublishers.ofByteArray(gzip ? deflated(body) : body))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    String encoding = answer.headers().firstValue("Content-Encoding").orElse("identity");
    byte[] text = answer.body();
    if (encoding.equals("gzip")) {
      try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(text))) {
        text = in.readAllBytes();
      }
    }
    return new Answer(
        answer.statusCode(),
        JSON.readTree(text),
        encoding,
        answer.headers().firstValue("Content-Type").orElse(null),
        answer.headers().firstValue("x-openrtb-version").orElse(null));
  }

  /**
   * Loads an address as a browser or a server would; the status, or -1 where there was no answer.
   */
  public int fire(String address) throws InterruptedException {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create(address)).timeout(BOUND).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return -1;
    }
  }

  /** Where an address redirects to, or null. */
  public String redirect(String address) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(URI.create(address)).timeout(BOUND).build(),
            HttpResponse.BodyHandlers.discarding())
        .headers()
        .firstValue("Location")
        .orElse(null);
  }

  private static byte[] deflated(byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(body);
    }
    return bytes.toByteArray();
  }
}
