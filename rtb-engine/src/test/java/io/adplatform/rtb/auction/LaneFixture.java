package io.adplatform.rtb.auction;

import io.adplatform.decision.budget.LeaseSource;
import io.adplatform.decision.budget.NodeLeases;
import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueFeed;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapStore;
import io.adplatform.decision.frequency.MemoryCapStore;
import io.adplatform.rtb.demand.Demand;
import io.adplatform.rtb.demand.PartnerClient;
import io.adplatform.rtb.demand.PartnerClientConfig;
import io.adplatform.rtb.rate.NodeRates;
import io.adplatform.runtime.journal.LaneJournal;
import io.adplatform.runtime.journal.MemoryLaneJournal;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.runtime.metrics.Metrics;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.BidModel;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Deal;
import io.adplatform.wire.catalogue.Deal.AuctionType;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.BidResponseWriter;
import io.adplatform.wire.openrtb.CreativeTemplate;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.adplatform.wire.sbe.AuctionDetailDecoder;
import io.adplatform.wire.sbe.AuctionRecordDecoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.targeting.Targeting;
import io.adplatform.wire.token.TokenKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The auctions of one lane, a stepped one unless another is given, with a catalogue, leases for all
 * and a journal in memory.
 */
final class LaneFixture implements LeaseSource, CatalogueFeed {
  static final long NOW = 1_700_000_000_000L;
  static final long LEASE_AMOUNT = 50_000_000;
  static final long CREATIVE = 20;
  static final TokenKeys KEYS =
      TokenKeys.of("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));

  private static final long ADVERTISER = 10;
  private static final long CAMPAIGN = 11;

  final MemoryLaneJournal journal = new MemoryLaneJournal(1, () -> {});
  final Metrics metrics = new Metrics();
  final LaneAuctions auctions;
  final MemoryCapStore caps = new MemoryCapStore();
  final CapLookup lookup = new CapLookup();
  final BidResponseWriter response = new BidResponseWriter("adplatform");
  private final CatalogueCompiler compiler =
      new CatalogueCompiler(creative -> CreativeTemplate.compile(creative, "https://ads.example"));
  private final Lanes lanes;
  private final long now;
  private final NodeLeases node;
  private CatalogueSnapshot snapshot;
  private long clockMillis;
  private long version;
  private long nextLease = 1;

  /** Why a line item gets no lease, or NONE. */
  LongFunction<Reason> refusing = lineItem -> Reason.NONE;

  /** What happens while a request waits for counters. */
  Runnable whileWaiting = () -> {};

  private long leaseAmountMicros = LEASE_AMOUNT;

  LaneFixture() {
    this(null);
  }

  /** With another journal than the one in memory, unless it is null. */
  LaneFixture(LaneJournal other) {
    this(Lanes.stepped(1, NOW), NOW, other);
  }

  /** On the first of these lanes, which it closes; the clock of leases stands at a time. */
  LaneFixture(Lanes lanes, long now, LaneJournal other) {
    this(lanes, now, other, null);
  }

  /** With other counters than those in memory, unless they are null. */
  LaneFixture(Lanes lanes, long now, LaneJournal other, CapStore capStore) {
    this(lanes, now, other, capStore, null);
  }

  /** With demand partners, asked over HTTP as it is configured, unless that is null. */
  LaneFixture(
      Lanes lanes, long now, LaneJournal other, CapStore capStore, PartnerClientConfig partners) {
    this.lanes = lanes;
    this.now = now;
    clockMillis = now;
    node = new NodeLeases(this, this, 1, () -> clockMillis);
    add(new Advertiser(ADVERTISER, 1, "Acme", "USD", "UTC"));
    add(new Campaign(CAMPAIGN, 1, ADVERTISER, "Sale", Status.ACTIVE, null, null, Budget.UNBOUNDED));
    creative("<a href=\"${CLICK_URL}\">ad</a>");
    auctions =
        new LaneAuctions(
            new LaneParts(
                lanes.all().getFirst(),
                new NodeRates(1),
                this,
                node.gate(0),
                other == null ? journal : other,
                metrics,
                KEYS,
                1,
                1_700_000_000L,
                true,
                "adplatform",
                capStore == null ? caps : capStore),
            partners == null ? Demand.NONE : client(lanes, partners),
            "https://ads.example");
  }

  private Demand client(Lanes of, PartnerClientConfig partners) {
    return new PartnerClient(of.vertx(), of.all().getFirst(), new NodeRates(1), metrics, partners);
  }

  /** The one creative of all line items, with a markup. */
  void creative(String markup) {
    add(
        new Creative(
            CREATIVE,
            1,
            ADVERTISER,
            "Banner",
            Status.ACTIVE,
            Format.BANNER,
            300,
            250,
            markup,
            "https://acme.example/",
            List.of("acme.example"),
            List.of("IAB1"),
            List.of(),
            true));
  }

  static SupplyPartner partner(Status status, int marginBasisPoints, int queriesPerSecond) {
    return partner(status, marginBasisPoints, queriesPerSecond, 0);
  }

  static SupplyPartner partner(
      Status status, int marginBasisPoints, int queriesPerSecond, double recordShare) {
    return partner(status, marginBasisPoints, queriesPerSecond, recordShare, 1);
  }

  static SupplyPartner partner(
      Status status,
      int marginBasisPoints,
      int queriesPerSecond,
      double recordShare,
      int maxBidsPerImp) {
    return new SupplyPartner(
        33,
        1,
        "demo-ssp",
        "Demo SSP",
        status,
        300,
        BillableEvent.BEACON,
        marginBasisPoints,
        queriesPerSecond,
        maxBidsPerImp,
        recordShare,
        false);
  }

  void add(CatalogueEntity entity) {
    compiler.apply(CatalogueKey.of(entity), entity, ++version);
  }

  void campaign(FrequencyCap... frequencyCaps) {
    add(
        new Campaign(
            CAMPAIGN,
            1,
            ADVERTISER,
            "Sale",
            Status.ACTIVE,
            null,
            null,
            Budget.UNBOUNDED,
            List.of(frequencyCaps)));
  }

  void lineItem(long id, long bidCpmMicros, FrequencyCap... frequencyCaps) {
    add(newLineItem(id, bidCpmMicros, frequencyCaps));
  }

  /** One that bids on deals alone. */
  void dealOnly(long id, long bidCpmMicros) {
    add(newLineItem(id, bidCpmMicros).onDealsAlone(true));
  }

  /** A deal with the partner of {@link #partner} that anybody named may bid on. */
  static Deal deal(long id, String dealId, long floor, AuctionType type, Long... lineItems) {
    return new Deal(
        id,
        1,
        dealId,
        "Deal " + dealId,
        Status.ACTIVE,
        33,
        new Deal.Price(floor, "USD", type),
        List.of(),
        List.of(),
        false,
        List.of(lineItems),
        null,
        null);
  }

  /** One that does not pay for impressions. */
  void lineItem(long id, BidModel model, long amountMicros) {
    add(newLineItem(id, 0).priced(model, amountMicros));
  }

  /** A creative besides that of all line items. */
  void creative(Creative creative) {
    add(creative);
  }

  /** One with a creative of its own. */
  void lineItem(long id, long bidCpmMicros, long creative) {
    add(newLineItem(id, bidCpmMicros, List.of(creative)));
  }

  private static LineItem newLineItem(long id, long bidCpmMicros, FrequencyCap... frequencyCaps) {
    return newLineItem(id, bidCpmMicros, List.of(CREATIVE), frequencyCaps);
  }

  private static LineItem newLineItem(
      long id, long bidCpmMicros, List<Long> creatives, FrequencyCap... frequencyCaps) {
    return new LineItem(
        id,
        1,
        ADVERTISER,
        CAMPAIGN,
        "Line item " + id,
        Status.ACTIVE,
        bidCpmMicros,
        creatives,
        Budget.UNBOUNDED,
        null,
        null,
        Targeting.ANY,
        List.of(frequencyCaps),
        LineItem.Pacing.ASAP);
  }

  /** An interstitial's token, and a conversion's time after it. */
  private static final long LEASE_MILLIS = 1_815_000 + BidModel.CPA.chargeSeconds() * 1_000L;

  /** What {@link #publish} takes, and some. */
  private static final long AFTER_PUBLISHING_MILLIS = 5_000;

  private int turns;

  /** How much each lease is over that is got from now on. */
  void leaseAmount(long micros) {
    leaseAmountMicros = micros;
  }

  /** A counter's value. */
  long counter(String name, String labelled) {
    String line = name + "{" + labelled + "} ";
    return metrics
        .scrape()
        .lines()
        .filter(each -> each.startsWith(line))
        .mapToLong(each -> (long) Double.parseDouble(each.substring(line.length())))
        .findFirst()
        .orElseThrow();
  }

  /** Compiles what was added, and gets leases for it. */
  void publish(SupplyPartner partner) {
    add(partner);
    snapshot = compiler.compile(now);
    for (int i = 0; i < 6; i++) {
      clockMillis += 500;
      node.doWork();
      auctions.doWork();
    }
    clockMillis = now;
  }

  /** Has what the lane wants asked for, and what is answered taken over; takes a second each. */
  void turn() {
    turns++;
    for (int half = 0; half < 2; half++) {
      clockMillis = now + AFTER_PUBLISHING_MILLIS + turns * 1_000L + half * 500L;
      node.doWork();
    }
    auctions.doWork();
    clockMillis = now;
  }

  /** Reads a request and runs its auctions, if it is admitted. */
  Reason run(SupplyPartner partner, String json) {
    Reason refused = auctions.admit(partner);
    if (refused != Reason.NONE) {
      return refused;
    }
    BidRequest request = new BidRequest();
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    if (new OpenRtbReader().read(request) != ReadFailure.NONE) {
      throw new AssertionError("not a bid request: " + json);
    }
    return run(partner, request);
  }

  /** As the endpoint does: sets the request aside where counters are asked. */
  private Reason run(SupplyPartner partner, BidRequest request) {
    if (!auctions.ask(request, partner, lookup, true)) {
      return auctions.run(request, partner, System.nanoTime(), 0, response);
    }
    whileWaiting.run();
    if (caps.doWork() == 0) {
      lookup.giveUp();
    }
    auctions.counted(lookup, System.nanoTime());
    return auctions.resume(request, partner, System.nanoTime(), 0, lookup, null, response);
  }

  String answer() {
    return new String(response.bytes(), 0, response.length(), StandardCharsets.UTF_8);
  }

  void records(Consumer<AuctionRecordDecoder> visitor) {
    MessageHeaderDecoder header = new MessageHeaderDecoder();
    journal.forEach(
        (buffer, offset, length, position) -> {
          header.wrap(buffer, offset);
          if (header.templateId() == AuctionRecordDecoder.TEMPLATE_ID) {
            // The journal's buffer moves on; a record is kept as its own bytes.
            byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);
            visitor.accept(
                new AuctionRecordDecoder()
                    .wrapAndApplyHeader(new UnsafeBuffer(bytes), 0, new MessageHeaderDecoder()));
          }
        });
  }

  List<AuctionRecordDecoder> records() {
    List<AuctionRecordDecoder> records = new ArrayList<>();
    records(records::add);
    return records;
  }

  /** The requests recorded in full, by the first of their auctions. */
  Map<Long, String> requests() {
    Map<Long, String> requests = new HashMap<>();
    MessageHeaderDecoder header = new MessageHeaderDecoder();
    AuctionDetailDecoder detail = new AuctionDetailDecoder();
    journal.forEach(
        (buffer, offset, length, position) -> {
          header.wrap(buffer, offset);
          if (header.templateId() == AuctionDetailDecoder.TEMPLATE_ID) {
            detail.wrapAndApplyHeader(buffer, offset, header);
            long firstLo = detail.auctionLo();
            detail.skipRequestId();
            byte[] request = new byte[detail.requestLength()];
            detail.getRequest(request, 0, request.length);
            requests.put(firstLo, new String(request, StandardCharsets.UTF_8));
          }
        });
    return requests;
  }

  int details() {
    int[] count = new int[1];
    MessageHeaderDecoder header = new MessageHeaderDecoder();
    journal.forEach(
        (buffer, offset, length, position) -> {
          header.wrap(buffer, offset);
          count[0] += header.templateId() == AuctionDetailDecoder.TEMPLATE_ID ? 1 : 0;
        });
    return count[0];
  }

  @Override
  public Answer exchange(Question question) {
    List<Lease> leases = new ArrayList<>();
    List<Refusal> refusals = new ArrayList<>();
    for (Want want : question.wants()) {
      Reason refused = refusing.apply(want.lineItemId());
      if (refused != Reason.NONE) {
        refusals.add(new Refusal(want.lineItemId(), refused));
        continue;
      }
      long end = clockMillis + 90_000;
      leases.add(
          new Lease(
              nextLease++, want.lineItemId(), leaseAmountMicros, end, end + LEASE_MILLIS, false));
    }
    return new Answer(clockMillis, leases, List.of(), refusals);
  }

  @Override
  public CatalogueSnapshot latest() {
    return snapshot;
  }

  @Override
  public long lagMillis() {
    return 0;
  }

  @Override
  public void close() {
    lanes.close();
  }
}
