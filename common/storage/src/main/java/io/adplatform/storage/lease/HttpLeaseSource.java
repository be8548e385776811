package io.adplatform.storage.lease;

import io.adplatform.decision.budget.LeaseSource;
import io.adplatform.wire.event.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Leases from billing-service over HTTP. After a request without an answer, nobody knows whether it
 * was granted: before anything else is wanted, the same sequence is sent once more, and line items
 * that turn out to have been granted are not wanted again.
 *
 * <p>Of one thread, that of {@code NodeLeases}; the getters of any.
 */
public final class HttpLeaseSource implements LeaseSource, AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  /** A grant takes milliseconds; this is for a billing-service that hangs. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

  /** The first pause after a failure, doubled with each further one. */
  private static final long BACK_OFF_NANOS = 100_000_000;

  private static final long MAX_BACK_OFF_NANOS = 2_000_000_000;
  private static final int OK = 200;

  private final HttpClient http;
  private final URI address;
  private final String authorization;
  private final int nodeId;
  private final long boot;
  private long sequence;
  private long after;
  private boolean unanswered;
  private long pauseNanos;
  private long pausedUntilNanos = System.nanoTime();
  private volatile long answeredNanos = System.nanoTime();
  private volatile long failures;

  /**
   * Leases of one process of a node.
   *
   * @param billing where billing-service's API is, such as {@code http://127.0.0.1:8081}
   * @param nodeKey what {@code /internal/v1} asks for; never logged
   * @param boot seconds since 1970, as in the node's auction ids
   */
  public HttpLeaseSource(URI billing, String nodeKey, int nodeId, long boot) {
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    String base = billing.toString();
    this.address =
        URI.create(
            (base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                + "/internal/v1/leases");
    this.authorization = "Bearer " + nodeKey;
    this.nodeId = nodeId;
    this.boot = boot;
  }

  /** How many milliseconds ago billing-service last answered; at first, since the start. */
  public long silentMillis() {
    return (System.nanoTime() - answeredNanos) / 1_000_000;
  }

  /** Requests that were not answered, since the start. */
  public long failures() {
    return failures;
  }

  @Override
  public Answer exchange(Question question) throws IOException {
    if (System.nanoTime() - pausedUntilNanos < 0) {
      throw new IOException("billing-service did not answer; waiting a little");
    }
    try {
      Set<Long> granted = new HashSet<>();
      if (unanswered) {
        resolve(granted);
      }
      LeaseAnswer answer = ask(question, granted);
      after = answer.revision();
      pauseNanos = 0;
      answeredNanos = System.nanoTime();
      return translate(answer);
    } catch (IOException e) {
      failures++;
      pauseNanos = Math.clamp(pauseNanos * 2, BACK_OFF_NANOS, MAX_BACK_OFF_NANOS);
      pausedUntilNanos = System.nanoTime() + pauseNanos;
      throw e;
    }
  }

  /** Learns what came of the request that was not answered. */
  private void resolve(Set<Long> granted) throws IOException {
    LeaseRequest again =
        new LeaseRequest(nodeId, boot, sequence, after, List.of(), List.of(), List.of());
    send(again).leases().stream()
        .filter(lease -> !lease.closed())
        .forEach(lease -> granted.add(lease.lineItemId()));
    unanswered = false;
  }

  private LeaseAnswer ask(Question question, Set<Long> granted) throws IOException {
    List<LeaseRequest.Want> wants =
        question.wants().stream()
            .filter(want -> !granted.contains(want.lineItemId()))
            .map(
                want ->
                    new LeaseRequest.Want(
                        want.lineItemId(), want.priceMicros(), want.spendMicrosPerMinute()))
            .toList();
    List<LeaseRequest.Return> returns =
        question.returns().stream()
            .map(
                back ->
                    new LeaseRequest.Return(
                        back.leaseId(), back.lastExpirySecond(), back.freeMicros()))
            .toList();
    sequence++;
    unanswered = true;
    LeaseAnswer answer =
        send(new LeaseRequest(nodeId, boot, sequence, after, wants, question.extend(), returns));
    unanswered = false;
    return answer;
  }

  private LeaseAnswer send(LeaseRequest body) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(REQUEST_TIMEOUT)
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(LeaseCodec.write(body)))
            .build();
    try {
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != OK) {
        throw new IOException("billing-service answers " + response.statusCode());
      }
      return LeaseCodec.readAnswer(response.body());
    } catch (UncheckedIOException e) {
      throw new IOException("billing-service's answer cannot be read", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for billing-service", e);
    }
  }

  private static Answer translate(LeaseAnswer answer) {
    return new Answer(
        answer.settledThroughMillis(),
        answer.leases().stream()
            .map(
                lease ->
                    new Lease(
                        lease.leaseId(),
                        lease.lineItemId(),
                        lease.amountMicros(),
                        lease.bidUntilMillis(),
                        lease.lastExpiryMillis(),
                        lease.closed()))
            .toList(),
        answer.charges().stream()
            .map(
                charge ->
                    new Charge(
                        charge.leaseId(),
                        charge.lane(),
                        charge.expirySecond(),
                        charge.chargedMicros()))
            .toList(),
        answer.refusals().stream()
            .map(refusal -> new Refusal(refusal.lineItemId(), reason(refusal.reason())))
            .toList());
  }

  private static Reason reason(LeaseRefusal refusal) {
    return switch (refusal) {
      case PAUSED, CAMPAIGN_PAUSED -> Reason.STATUS;
      case NOT_STARTED, ENDED -> Reason.SCHEDULE;
      case TOTAL_BUDGET, DAILY_BUDGET, CAMPAIGN_TOTAL_BUDGET, CAMPAIGN_DAILY_BUDGET ->
          Reason.BUDGET_EXHAUSTED;
      case UNKNOWN_LINE_ITEM, TOO_MANY_LEASES, OTHER -> Reason.NO_LEASE;
    };
  }

  /** Ends the client's threads. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
