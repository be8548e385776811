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
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * An open loop: requests are due at a constant rate whether or not the answers have come, and each
 * latency counts from the instant at which its request was due. What the server (or this generator)
 * is late by is part of it: nothing is omitted.
 */
final class OpenLoop {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Latencies above are counted as this. */
  private static final long MAX_NANOS = 60 * NANOS_PER_SECOND;

  private static final int DIGITS = 3;
  private static final int CONNECTIONS = 64;

  /** Requests that wait for a connection; more, and the server is far beyond saturation. */
  private static final int WAITING = 100_000;

  private static final int OK = 200;

  private final List<Buffer> bodies;
  private final URI address;

  OpenLoop(String address, List<Buffer> bodies) {
    this.address = URI.create(address);
    this.bodies = bodies;
  }

  /** Latencies in nanoseconds of a run; requests that were not answered with 200 fail it. */
  Histogram run(int perSecond, int seconds) throws InterruptedException {
    Vertx vertx = Vertx.vertx();
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions(),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(WAITING));
    try {
      return run(client, perSecond, seconds);
    } finally {
      vertx.close().await();
    }
  }

  private Histogram run(HttpClient client, int perSecond, int seconds) throws InterruptedException {
    Histogram latencies = new ConcurrentHistogram(MAX_NANOS, DIGITS);
    int total = perSecond * seconds;
    CountDownLatch open = new CountDownLatch(total);
    java.util.concurrent.atomic.LongAdder failed = new java.util.concurrent.atomic.LongAdder();
    RequestOptions to =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(address.getHost())
            .setPort(address.getPort())
            .setURI(address.getPath())
            .putHeader("Content-Type", "application/json");
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
}
