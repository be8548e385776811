package io.adplatform.standalone;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks for the bid of the screenful on a thread of its own: the sample may be paused or its budget
 * spent, which is no reason to wait. Thread-safe.
 */
final class FirstBid {
  /** A lease has to be granted and a catalogue read before the first bid. */
  private static final Duration BOUND = Duration.ofSeconds(15);

  /** So long the screenful waits, so that its request is answered with a bid at once. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final CompletableFuture<Boolean> answer = new CompletableFuture<>();
  private final Console console;

  private FirstBid(Console console) {
    this.console = console;
  }

  /** Begins to ask and returns at once. */
  static FirstBid ask(RestClient client, String dataUrl, Console console) {
    FirstBid bid = new FirstBid(console);
    Thread.ofPlatform()
        .name("first-bid")
        .daemon()
        .start(
            () -> {
              try {
                bid.answer.complete(client.awaitBid(dataUrl, BOUND));
              } catch (InterruptedException | RuntimeException e) {
                bid.answer.complete(false);
              }
            });
    return bid;
  }

  /** Waits a moment for it. */
  void await() throws InterruptedException {
    try {
      answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // said when it is known
    }
  }

  /** Says so, when it is known, if nothing bids. */
  void sayIfThereIsNone() {
    answer.thenAccept(
        bids -> {
          if (!bids) {
            console.event(
                "the request above gets no bid: see why with ./adplatform line-item serving, or"
                    + " whether the sample's budget is spent or its line items are paused");
          }
        });
  }
}
