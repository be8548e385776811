package io.adplatform.loadtest.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * An open loop: requests are due at a constant rate whether or not the answers have come, and each
 * latency counts from the instant at which its request was due. What the server (or this generator)
 * is late by is part of it: nothing is omitted. Its connections stay open between runs.
 */
final class OpenLoop implements AutoCloseable {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Latencies above are counted as this. */
  private static final long MAX_NANOS = 60 * NANOS_PER_SECOND;

  private static final int DIGITS = 3;
  private static final int CONNECTIONS = 64;

  /** Requests that wait for a connection; more, and the server is far beyond saturation. */
  private static final int WAITING = 100_000;

  private static final int OK = 200;

  private final Vertx vertx = Vertx.vertx();
  private final List<Buffer> bodies;
  private final RequestOptions to;
  private final HttpClient client;

  OpenLoop(String address, List<Buffer> bodies) {
    this.bodies = bodies;
    URI uri = URI.create(address);
    to =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(uri.getHost())
            .setPort(uri.getPort())
            .setURI(uri.getPath())
            .putHeader("Content-Type", "application/json");
    client =
        vertx.createHttpClient(
            new HttpClientOptions(),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(WAITING));
  }

  /** Latencies in nanoseconds of a run; requests that were not answered with 200 fail it. */
  Histogram run(int perSecond, int seconds) throws InterruptedException {
    Histogram latencies = new ConcurrentHistogram(MAX_NANOS, DIGITS);
    int total = perSecond * seconds;
    CountDownLatch open = new CountDownLatch(total);
    LongAdder failed = new LongAdder();
    long interval = NANOS_PER_SECOND / perSecond;
    long start = System.nanoTime();
    for (int i = 0; i < total; i++) {
      long due = start + i * interval;
      for (long wait; (wait = due - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(wait);
      }
      Buffer body = bodies.get(i % bodies.size());
      client
          .request(to)
          .compose(request -> request.send(body))
          .compose(answer -> answer.body().map(read -> answer.statusCode()))
          .onComplete(
              done -> {
                latencies.recordValue(Math.min(MAX_NANOS, System.nanoTime() - due));
                if (done.failed() || done.result() != OK) {
                  failed.increment();
                }
                open.countDown();
              });
    }
    if (!open.await(2L * seconds, TimeUnit.SECONDS) || failed.sum() > 0) {
      throw new IllegalStateException(
          failed.sum() + " of " + total + " failed, " + open.getCount() + " are without an answer");
    }
    return latencies;
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
