package io.adplatform.loadtest.engine;

import io.adplatform.decision.budget.BudgetGate;
import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.choice.Candidates;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.decision.query.AdQueryMapper;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.IndexMatch;
import io.adplatform.rtb.auction.LaneAuctions;
import io.adplatform.rtb.auction.LaneParts;
import io.adplatform.rtb.rate.NodeRates;
import io.adplatform.runtime.journal.UnreadLaneJournal;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.CreativeTemplate;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.adplatform.wire.token.Token;
import io.adplatform.wire.token.TokenCodec;
import io.adplatform.wire.token.TokenKeys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The auction core over 1,024 requests among {@link AuctionDemand}, one request after the other
 * through one slot, as a lane does it: {@link #read} reads the body into the slot, {@link #decide}
 * reads, maps and chooses, {@link #auction} reads, runs the auction, leaves its record in the
 * journal and writes token and response. From a parsed request on it is the difference to {@link
 * #read}. The median of line items that match is printed; with 10,000 it is about 50. Run with
 * {@code -prof gc} for the bytes allocated.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class AuctionBenchmark {
  private static final int REQUESTS = 1_024;
  private static final String SEAT = "adplatform";

  /** Decisions between two milliseconds of the benchmark's clock, and between two polls. */
  private static final int PER_MILLI = 512;

  /** Active line items. */
  @Param({"10000"})
  public int lineItems;

  /** In how many of a million auctions each takes part; below a million they are paced. */
  @Param({"1000000"})
  public int participation;

  private final byte[][] bodies = AuctionRequests.bodies(REQUESTS, 2);
  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest request = new BidRequest();
  private final BidResponseWriter response = new BidResponseWriter(SEAT);
  private final AdQueryMapper mapper = new AdQueryMapper(true, SEAT);
  private final AdQuery query = new AdQuery();
  private final Chooser chooser = new Chooser();
  private final Candidates candidates = new Candidates();
  private final Token token = new Token();
  private final byte[] text = new byte[TokenCodec.TEXT_LENGTH];
  private final TokenCodec codec = new TokenCodec(keys());
  private CatalogueSnapshot snapshot;
  private BudgetGate gate;
  private Lanes lanes;
  private LaneAuctions auctions;
  private long auction;
  private long nowMillis = AuctionDemand.NOW;

  /** Compiles the demand, and says how much of it matches and wins. */
  @Setup
  public void setUp() {
    AuctionDemand demand = new AuctionDemand(lineItems, 1, participation);
    long start = System.nanoTime();
    snapshot = demand.compile();
    long compileMillis = (System.nanoTime() - start) / 1_000_000;
    gate = demand.gate(new Published(snapshot));
    startLane();
    int[] matched = new int[REQUESTS];
    int bids = 0;
    for (int i = 0; i < REQUESTS; i++) {
      bids += auction() == Reason.NONE ? 1 : 0;
      matched[i] = matching();
    }
    Arrays.sort(matched);
    System.out.printf(
        "%n%,d line items compiled in %d ms; matched: median %d, highest %d; bids: %d of %d%n",
        lineItems, compileMillis, matched[REQUESTS / 2], matched[REQUESTS - 1], bids, REQUESTS);
  }

  private void startLane() {
    lanes = Lanes.stepped(1, AuctionDemand.NOW);
    auctions =
        new LaneAuctions(
            new LaneParts(
                lanes.lane(0),
                new NodeRates(1),
                new Published(snapshot),
                gate,
                new UnreadLaneJournal(),
                new Metrics(),
                keys(),
                1,
                AuctionDemand.NOW / 1_000,
                true,
                SEAT));
    auctions.doWork();
  }

  private static TokenKeys keys() {
    return TokenKeys.of("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
  }

  /** How many line items the targeting of a request lets through. */
  private int matching() {
    map();
    IndexMatch match = new IndexMatch();
    match.begin(snapshot.targeting(), query);
    int count = 0;
    while (match.nextBlock()) {
      for (int i = 0; i < match.wordCount(); i++) {
        count += Long.bitCount(match.word(i));
      }
    }
    return count;
  }

  @TearDown
  public void close() {
    lanes.close();
  }

  @Benchmark
  public ReadFailure read() {
    if (++auction % PER_MILLI == 0) {
      nowMillis++;
      lanes.advance(TimeUnit.MILLISECONDS.toNanos(1));
      gate.poll(nowMillis);
    }
    byte[] body = bodies[(int) (auction & REQUESTS - 1)];
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    return reader.read(request);
  }

  @Benchmark
  public int decide() {
    read();
    map();
    return chooser.choose(snapshot, query, gate, nowMillis, 7, auction, candidates);
  }

  @Benchmark
  public Reason auction() {
    read();
    return auctions.run(request, AuctionDemand.PARTNER, System.nanoTime(), 0, response);
  }

  /**
   * What {@link #auction} does beyond outcome and record: signs a token, and writes a response with
   * one bid. Alone it finds everything in caches, and so costs less than within an auction.
   */
  @Benchmark
  public int respond() {
    int creative = (int) (++auction % snapshot.creatives().count());
    token.auctionLo = auction;
    token.creativeId = snapshot.creatives().id(creative);
    codec.write(token, text);
    response.begin(request, 7, auction, CurrencyCode.USD);
    response.bid(
        request,
        request.imp(0),
        7,
        auction,
        token.bidCpmMicros,
        token.lineItemId,
        60,
        (CreativeTemplate) snapshot.creatives().attachment(creative),
        text);
    response.end();
    return response.length();
  }

  /** How long a change of the catalogue takes to become a snapshot, whatever changed. */
  @Benchmark
  public CatalogueSnapshot compile10k(Compiling compiling) {
    return compiling.demand.compile();
  }

  private void map() {
    mapper.begin(request, AuctionDemand.PARTNER, snapshot, nowMillis, query);
    mapper.imp(request, request.imp(0), query);
  }

  /** The documents of 10,000 line items, applied. */
  @State(Scope.Thread)
  public static class Compiling {
    private final AuctionDemand demand = new AuctionDemand(10_000, 1, LineItem.Participation.ALL);
  }

  /** A feed that stands still. */
  private record Published(CatalogueSnapshot latest) implements CatalogueFeed {
    @Override
    public long lagMillis() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
