package io.adplatform.runtime.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Something that takes time to work out and that many may ask for: worked out once at a time, on a
 * virtual thread, and given to all who ask meanwhile or soon after. Thread-safe; asking never
 * blocks.
 */
final class SharedAnswer<T> {
  private record Asked<T>(long nanos, CompletableFuture<T> answer) {}

  private final long freshNanos;
  private final Supplier<T> work;
  private final AtomicReference<Asked<T>> last = new AtomicReference<>();

  /**
   * @param freshNanos for how long an answer is given after it was asked for; 0 where it is not
   *     given once it is there
   */
  SharedAnswer(long freshNanos, Supplier<T> work) {
    this.freshNanos = freshNanos;
    this.work = work;
  }

  /** The answer, which may come later. */
  CompletableFuture<T> ask() {
    while (true) {
      Asked<T> known = last.get();
      long now = System.nanoTime();
      if (known != null && (!known.answer.isDone() || now - known.nanos < freshNanos)) {
        return known.answer;
      }
      Asked<T> next = new Asked<>(now, new CompletableFuture<>());
      if (last.compareAndSet(known, next)) {
        Thread.startVirtualThread(() -> workOut(next.answer));
        return next.answer;
      }
    }
  }

  private void workOut(CompletableFuture<T> into) {
    try {
      into.complete(work.get());
    } catch (RuntimeException | Error e) {
      into.completeExceptionally(e);
    }
  }
}
