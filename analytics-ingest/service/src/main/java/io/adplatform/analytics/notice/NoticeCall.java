package io.adplatform.analytics.notice;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls one URL and looks at the status alone. Thread-safe. */
final class NoticeCall implements AutoCloseable {
  /** Of name resolution and connecting; a receiver of notices answers in milliseconds. */
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private static final Duration ANSWER = Duration.ofSeconds(5);

  /**
   * What came of a call.
   *
   * @param status 0 where there was no answer
   * @param refused whether it was not called at all, and will not be
   */
  record Answer(int status, boolean refused, long tookMillis) {
    /** OpenRTB 2.6, 7.8. */
    boolean isTaken() {
      return status == 200 || status == 204;
    }
  }

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT)
          .build();
  private final NoticeTargets targets;

  NoticeCall(NoticeTargets targets) {
    this.targets = targets;
  }

  /** Calls; blocks for some seconds at most. */
  Answer call(String url, long demandPartnerId) throws InterruptedException {
    long begin = System.nanoTime();
    int status = 0;
    try {
      URI uri = targets.check(url, demandPartnerId);
      HttpRequest request =
          HttpRequest.newBuilder(uri).timeout(ANSWER).header("User-Agent", "AdPlatform").build();
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      status = response.statusCode();
      // Whatever else it would send is not waited for.
      response.body().close();
    } catch (IllegalArgumentException e) {
      return new Answer(0, true, since(begin));
    } catch (IOException e) {
      return new Answer(status, false, since(begin));
    }
    return new Answer(status, false, since(begin));
  }

  private static long since(long beginNanos) {
    return Duration.ofNanos(System.nanoTime() - beginNanos).toMillis();
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
