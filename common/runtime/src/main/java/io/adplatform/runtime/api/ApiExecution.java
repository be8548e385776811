package io.adplatform.runtime.api;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs handlers, each on a virtual thread of its own, as many at once as its permits allow, and
 * turns whatever they throw into an answer. Thread-safe.
 */
final class ApiExecution implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiExecution.class);
  private static final long STOP_SECONDS = 5;

  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("api-", 0).factory());
  private final MeterRegistry metrics;

  /**
   * @param metrics null counts nothing
   */
  ApiExecution(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  /**
   * Runs a handler and hands its answer over, on the virtual thread; at once on the caller's thread
   * where too much is running.
   *
   * @param name for counting; of a bounded set
   * @param key id of the API key that asks, or {@link ApiPermits#NO_KEY}
   */
  void run(
      String name,
      ApiPermits permits,
      long key,
      Callable<ApiResponse> work,
      Consumer<ApiResponse> answer) {
    long startNanos = System.nanoTime();
    Consumer<ApiResponse> counted =
        response -> {
          count(name, response.status(), System.nanoTime() - startNanos);
          answer.accept(response);
        };
    call(
        name, permits, key, work, counted, problem -> counted.accept(ApiResponse.problem(problem)));
  }

  /** Runs work and hands over what came of it, or the problem. */
  <T> void call(
      String name,
      ApiPermits permits,
      long key,
      Callable<T> work,
      Consumer<T> done,
      Consumer<Problem> refused) {
    Problem none = permits.take(key);
    if (none != null) {
      refused.accept(none);
      return;
    }
    threads.execute(
        () -> {
          T result = null;
          Problem problem = null;
          try {
            result = work.call();
          } catch (Problem e) {
            problem = e;
          } catch (Exception | StackOverflowError | AssertionError e) {
            LOG.error("{} failed", name, e);
            problem = Problem.internal();
          } finally {
            permits.release(key);
          }
          if (problem == null) {
            done.accept(result);
          } else {
            refused.accept(problem);
          }
        });
  }

  /** Counts an answer that needed no handler. */
  void count(String name, int status, long nanos) {
    if (metrics != null) {
      Timer.builder("adplatform.api.requests")
          .description("Answers of the control plane by operation and status")
          .tag("operation", name)
          .tag("status", Integer.toString(status))
          .register(metrics)
          .record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
