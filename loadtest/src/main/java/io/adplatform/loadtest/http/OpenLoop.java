package io.adplatform.loadtest.http;

import io.adplatform.runtime.lane.ThreadPriority;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * An open loop: requests are due at a constant rate whether or not the answers have come, and each
 * latency counts from the instant at which its request was due. Each connection takes the next
 * request that is due; where all are busy it is sent late, and that is part of its latency, as is
 * what this generator is late by: nothing is omitted. Its connections are opened before the first
 * request is due.
 */
final class OpenLoop {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Latencies above are counted as this. */
  private static final long MAX_NANOS = 60 * NANOS_PER_SECOND;

  private static final int DIGITS = 3;
  private static final int CONNECTIONS = 64;
  private static final int OK = 200;

  private final List<byte[]> requests = new ArrayList<>();
  private final URI uri;

  OpenLoop(String address, List<Buffer> bodies) {
    uri = URI.create(address);
    for (Buffer body : bodies) {
      String head =
          "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
              .formatted(uri.getPath(), uri.getAuthority(), body.length());
      byte[] headBytes = head.getBytes(StandardCharsets.US_ASCII);
      requests.add(Buffer.buffer(headBytes).appendBuffer(body).getBytes());
    }
  }

  /** Latencies in nanoseconds of a run; requests that were not answered with 200 fail it. */
  Histogram run(int perSecond, int seconds) throws Exception {
    List<HttpConnection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        connections.add(new HttpConnection(uri.getHost(), uri.getPort()));
      }
      return run(connections, perSecond, seconds);
    } finally {
      for (HttpConnection connection : connections) {
        connection.close();
      }
    }
  }

  private Histogram run(List<HttpConnection> connections, int perSecond, int seconds)
      throws Exception {
    Histogram latencies = new ConcurrentHistogram(MAX_NANOS, DIGITS);
    int total = perSecond * seconds;
    AtomicInteger next = new AtomicInteger();
    long interval = NANOS_PER_SECOND / perSecond;
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(OpenLoop::thread)) {
      List<Future<?>> ends = new ArrayList<>();
      for (HttpConnection connection : connections) {
        ends.add(
            threads.submit(
                () -> {
                  for (int i; (i = next.getAndIncrement()) < total; ) {
                    long due = start + i * interval;
                    await(due);
                    int status = connection.exchange(requests.get(i % requests.size()));
                    if (status != OK) {
                      throw new IllegalStateException("an answer was " + status);
                    }
                    latencies.recordValue(Math.min(MAX_NANOS, System.nanoTime() - due));
                  }
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }
    return latencies;
  }

  /** Before common threads, as lanes are: what the generator waits for is no latency of theirs. */
  private static Thread thread(Runnable task) {
    return Thread.ofPlatform()
        .unstarted(
            () -> {
              ThreadPriority.raise();
              task.run();
            });
  }

  private static void await(long due) {
    for (long wait; (wait = due - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(wait);
    }
  }
}
