package io.adplatform.analytics.collect;

import static io.adplatform.testkit.check.AllocationCheck.assertNoAllocation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.journal.UnreadLaneJournal;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.sbe.SignalKind;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import org.junit.jupiter.api.Test;

/** What is done for a beacon between the HTTP server's request and its answer. */
class CollectAllocationTest {
  private static final int RUNS = 100_000;

  private final LandingPages pages = new LandingPages();
  private final CollectCounters counters = new CollectCounters(new Metrics());
  private final NoticeQuery query = new NoticeQuery();
  private final PendingAnswers waiting = new PendingAnswers(16);
  private final TokenCodec tokens = new TokenCodec(TestTokens.KEYS);
  private final Token token = new Token();

  @Test
  void shouldAllocateNothingPerBeacon() {
    String path = "/n/win/" + TestTokens.valid(1);
    String uri = path + "?p=1.25&m=0.5&r=102";
    try (Lanes lanes = Lanes.stepped(1, System.currentTimeMillis())) {
      SignalPublisher publisher = new SignalPublisher(lanes.lane(0), new UnreadLaneJournal(), 0);
      assertNoAllocation(RUNS, () -> beacon(publisher, path, uri));
      assertTrue(publisher.lastPosition() > 0);
    }
  }

  private void beacon(SignalPublisher publisher, String path, String uri) {
    BeaconKind kind = BeaconKind.of(path);
    long nowSeconds = publisher.clockMillis() / 1_000;
    assertEquals(
        TokenCodec.Result.VALID, tokens.read(path, kind.prefix().length(), nowSeconds, token));
    query.read(uri);
    long position =
        publisher.offer(
            SignalKind.WIN,
            token,
            query.priceCpmMicros(),
            query.minToWinCpmMicros(),
            query.lossReason());
    waiting.add(null, kind, pages.of(token.creativeId), 1, position, publisher.nowNanos());
    counters.recordedAfter(publisher.nowNanos() - waiting.offeredNanos());
    counters.count(kind, CollectOutcome.RECORDED);
    counters.countLoss(query.lossReason());
    waiting.remove();
  }
}
