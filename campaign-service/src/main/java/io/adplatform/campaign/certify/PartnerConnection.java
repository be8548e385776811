package io.adplatform.campaign.certify;

import io.adplatform.campaign.certify.PartnerAnswer.Failure;
import io.adplatform.campaign.check.EndpointForm;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.DemandPartner.Protocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;

/**
 * Asks one partner at one address, as auctions do. No proxy, no cookies, no redirects; an answer is
 * read up to a size and a time. For one thread.
 */
final class PartnerConnection implements AutoCloseable {
  /** What auctions read of an answer at most, as sent and inflated. */
  static final int MAX_ANSWER_BYTES = 1024 * 1024;

  /** How much longer than its timeout an answer is waited for, to tell late from never. */
  private static final long PATIENCE_MILLIS = 1_000;

  private static final Duration CONNECT = Duration.ofSeconds(2);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .proxy(HttpClient.Builder.NO_PROXY)
          .connectTimeout(CONNECT)
          .build();

  private final URI address;
  private final DemandPartner.Endpoint endpoint;
  private final String authValue;

  /**
   * To an address.
   *
   * @param authValue opened; null where none is sent
   */
  PartnerConnection(URI address, DemandPartner.Endpoint endpoint, String authValue) {
    this.address = address;
    this.endpoint = endpoint;
    this.authValue = authValue;
  }

  /** What its host's name leads to that is not asked, or null. */
  String forbidden() {
    try {
      for (InetAddress one : InetAddress.getAllByName(address.getHost())) {
        if (EndpointForm.isLinkLocal(one)) {
          return address.getHost() + " " + EndpointForm.LINK_LOCAL;
        }
      }
      return null;
    } catch (UnknownHostException e) {
      return "there is no host " + address.getHost();
    }
  }

  /** Sends a request and waits for the answer. */
  PartnerAnswer ask(byte[] body) throws InterruptedException {
    long start = System.nanoTime();
    CompletableFuture<HttpResponse<byte[]>> future =
        client.sendAsync(
            request(body), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
    try {
      HttpResponse<byte[]> response =
          future.get(endpoint.timeoutMillis() + PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      return new PartnerAnswer(
          Failure.NONE,
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(null),
          response.headers().firstValue("Content-Encoding").orElse(null),
          response.body(),
          System.nanoTime() - start,
          response.connectionLabel().orElse(null),
          null);
    } catch (TimeoutException e) {
      future.cancel(true);
      return PartnerAnswer.none(
          Failure.TIMEOUT,
          System.nanoTime() - start,
          "no answer " + PATIENCE_MILLIS + " ms after the timeout of " + endpoint.timeoutMillis());
    } catch (ExecutionException e) {
      return failed(e.getCause(), System.nanoTime() - start);
    }
  }

  private HttpRequest request(byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .header("Accept-Encoding", "gzip")
            .header(
                "x-openrtb-version", endpoint.protocol() == Protocol.OPENRTB_2_5 ? "2.5" : "2.6");
    if (endpoint.gzip()) {
      request.header("Content-Encoding", "gzip");
    }
    if (authValue != null) {
      request.header(endpoint.authHeader(), authValue);
    }
    byte[] sent = endpoint.gzip() ? deflated(body) : body;
    return request.POST(HttpRequest.BodyPublishers.ofByteArray(sent)).build();
  }

  private static byte[] deflated(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static PartnerAnswer failed(Throwable cause, long nanos) {
    String text = cause.getMessage() == null ? "" : cause.getMessage();
    boolean large = false;
    for (Throwable one = cause; one != null; one = one.getCause()) {
      large |= String.valueOf(one.getMessage()).contains("exceeds capacity");
    }
    return PartnerAnswer.none(
        large ? Failure.TOO_LARGE : Failure.UNREACHABLE,
        nanos,
        large
            ? "more than " + MAX_ANSWER_BYTES + " bytes"
            : cause.getClass().getSimpleName()
                + (text.isEmpty() ? "" : " " + Verdicts.quoted(text)));
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
