package io.adplatform.simulator;

import io.adplatform.simulator.audit.BidTerms;
import io.adplatform.simulator.audit.Books;
import io.adplatform.simulator.audit.LeaseBooks;
import io.adplatform.simulator.audit.Violation;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseDialogue;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.money.Cpm;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledKind;
import io.adplatform.wire.sbe.SettledLeaseDecoder;
import io.adplatform.wire.token.Token;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Holds the invariants of money against books of its own, kept from what passes between the parts:
 * lease requests and answers as billing-service sees them, bids, recorded beacons, and the messages
 * of {@code settled}.
 */
final class Auditor {
  private static final long MILLIS_PER_DAY = 86_400_000;

  /** A lane reserves the full price of its bids until so many of a line item have expired. */
  private static final int BIDS_AT_FULL_PRICE = 200;

  /** And never less than this part of it. */
  private static final int LEAST_RATE_PART = 64;

  /** Reservations are rounded, and what is settled may be dropped at once. */
  private static final int EXPIRY_SLACK_SECONDS = 5;

  private static final long LEASE_KEPT_MILLIS = 1_200_000;
  private static final long PAUSES_MILLIS = 1_000;

  private static final Set<LeaseRefusal> FUNDS =
      EnumSet.of(LeaseRefusal.PREPAID_FUNDS, LeaseRefusal.CREDIT_LIMIT);

  private record LaneItem(int node, int lane, long boot, long lineItemId) {}

  final PauseAuditor pauses;
  private final World world;
  private final Map<Long, Books> lineItems = new TreeMap<>();
  private final Map<Long, Books> campaigns = new TreeMap<>();
  private final Map<Long, Books> campaignOf = new HashMap<>();
  private final Map<Long, Books> advertisers = new TreeMap<>();
  private final Map<Long, Books> advertiserOf = new HashMap<>();
  private final Map<Long, LeaseBooks> leases = new TreeMap<>();
  private final Map<Integer, Long> sequences = new HashMap<>();
  private final Map<LaneItem, Integer> bids = new HashMap<>();
  private final BidTerms terms = new BidTerms();
  private final Map<Integer, Map<Long, BitSet>> recordedBy = new HashMap<>();
  private final Map<Integer, Map<Long, BitSet>> recordedBeforeWriteOff = new HashMap<>();
  private final Map<Long, BitSet> recorded = new HashMap<>();
  private final Map<Long, BitSet> settledImpressions = new HashMap<>();
  private final Map<Long, BitSet> settledAuctions = new HashMap<>();
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final SettledEventDecoder event = new SettledEventDecoder();
  private final SettledLeaseDecoder closed = new SettledLeaseDecoder();
  private final long[] dispositions = new long[Disposition.values().length];
  private long settledThrough;
  private long answeredBeacons;
  private long settledBeacons;
  private long refusedForFunds;

  Auditor(World world) {
    this.world = world;
    pauses = new PauseAuditor(world);
    for (Campaign campaign : world.demand.campaigns) {
      campaigns.put(campaign.id(), new Books(campaign.id(), campaign.budget()));
    }
    for (LineItem lineItem : world.demand.lineItems) {
      lineItems.put(lineItem.id(), new Books(lineItem.id(), lineItem.budget()));
      campaignOf.put(lineItem.id(), campaigns.get(lineItem.campaignId()));
      Books advertiser =
          advertisers.computeIfAbsent(
              lineItem.advertiserId(), id -> new Books(id, Budget.UNBOUNDED));
      advertiserOf.put(lineItem.id(), advertiser);
    }
  }

  /** Looks on at the desk of billing-service. */
  LeaseDialogue.Carrier over(LeaseDialogue.Carrier desk) {
    return request -> {
      LeaseAnswer answer = desk.send(request);
      long said = (request.boot() << 24) + request.sequence();
      if (sequences.getOrDefault(request.nodeId(), -1L) != said) {
        sequences.put(request.nodeId(), said);
        request.returns().forEach(back -> returned(request, back));
      }
      answer.leases().forEach(state -> told(request, state));
      refusedForFunds +=
          answer.refusals().stream().filter(one -> FUNDS.contains(one.reason())).count();
      return answer;
    };
  }

  private void returned(LeaseRequest request, LeaseRequest.Return back) {
    LeaseBooks lease = leases.get(back.leaseId());
    boolean theirs =
        lease != null && lease.node == request.nodeId() && lease.boot == request.boot();
    if (theirs) {
      lease.returned = true;
    }
    if (theirs && lease.closedAtMillis < 0) {
      long free = Math.min(back.freeMicros(), lease.amount - lease.counted);
      long more = Math.max(0, free - lease.givenBack);
      lease.givenBack += more;
      commit(lease, -more);
    }
  }

  private void told(LeaseRequest request, LeaseAnswer.State state) {
    LeaseBooks lease = leases.get(state.leaseId());
    if (lease == null && !state.closed()) {
      long item = state.lineItemId();
      Books[] books = {lineItems.get(item), campaignOf.get(item), advertiserOf.get(item)};
      lease = new LeaseBooks(state, request, books, world.nowMillis() / MILLIS_PER_DAY);
      leases.put(lease.id, lease);
      commit(lease, lease.amount);
    }
    if (lease != null) {
      if (lease.node != request.nodeId() || lease.boot != request.boot()) {
        throw violation("a lease belongs to one process", "lease " + lease.id);
      }
      lease.lastExpiryMillis = Math.max(lease.lastExpiryMillis, state.lastExpiryMillis());
    }
  }

  private void commit(LeaseBooks lease, long micros) {
    commit(lease.lineItem, lease.day, micros);
    commit(lease.campaign, lease.day, micros);
    commit(lease.advertiser, lease.day, micros);
  }

  private void commit(Books books, long day, long micros) {
    books.committed += micros;
    books.day(day)[0] += micros;
    if (micros > 0) {
      hold("leased and charged within budget", books, books.committed, books.day(day)[0]);
    }
  }

  private void hold(String invariant, Books books, long total, long ofDay) {
    Long bound = books.budget.totalMicros();
    if (bound != null && total > bound) {
      throw violation(invariant, books.id + ": " + total + " of " + bound + " in total");
    }
    Long daily = books.budget.dailyMicros();
    if (daily != null && ofDay > daily) {
      throw violation(invariant, books.id + ": " + ofDay + " of " + daily + " on the day");
    }
    if (books.id == SimulatedDemand.PREPAID_ADVERTISER
        && total > fundsMicros() + world.payments.limitMicros()) {
      throw violation(invariant, books.id + ": " + total + " of its funds and limit");
    }
  }

  private long fundsMicros() {
    return world.payments.paidMicros()
        + world.ledgerAuditor.correctedMicros(SimulatedDemand.PREPAID_ADVERTISER);
  }

  /** Lanes have a document from the next auction on. */
  void delivered(LineItem lineItem) {
    pauses.delivered(lineItem);
  }

  /** A bid was sent. */
  void bid(Token token, int node, int lane, long boot, long clockMillis) {
    pauses.bid(token.lineItemId);
    LeaseBooks lease = leases.get(token.leaseId);
    if (lease == null || lease.node != node || lease.boot != boot) {
      throw violation("a bid names a lease of its process", "lease " + token.leaseId);
    }
    if (token.expirySeconds * 1_000 > lease.lastExpiryMillis) {
      throw violation("a token expires with its lease", "lease " + token.leaseId);
    }
    terms.add(token);
    int before = bids.merge(new LaneItem(node, lane, boot, token.lineItemId), 1, Integer::sum);
    long expired = Math.max(clockMillis, settledThrough) / 1_000 + EXPIRY_SLACK_SECONDS;
    while (!lease.bidByExpiry.isEmpty() && lease.bidByExpiry.firstKey() <= expired) {
      lease.outstanding -= lease.bidByExpiry.pollFirstEntry().getValue();
    }
    if (token.expirySeconds > expired) {
      lease.bidByExpiry.merge(token.expirySeconds, token.chargeMicros, Long::sum);
      lease.outstanding += token.chargeMicros;
    }
    boolean beyond = lease.outstanding > lease.amount;
    boolean full = beyond && before < BIDS_AT_FULL_PRICE && allBelow(lease);
    if (beyond && (full || lease.outstanding > lease.amount * LEAST_RATE_PART)) {
      throw violation(
          "bids in flight are within their lease",
          "lease " + lease.id + ": " + lease.outstanding + " of " + lease.amount);
    }
  }

  private boolean allBelow(LeaseBooks lease) {
    for (int lane = 0; lane < world.config.lanes(); lane++) {
      LaneItem item = new LaneItem(lease.node, lane, lease.boot, lease.lineItem.id);
      if (bids.getOrDefault(item, 0) >= BIDS_AT_FULL_PRICE) {
        return false;
      }
    }
    return true;
  }

  /** A beacon was answered, because it is recorded. */
  void recorded(int node, long auctionHi, long auctionLo) {
    answeredBeacons++;
    bits(recorded, auctionHi).set((int) auctionLo);
    bits(recordedBy.computeIfAbsent(node, key -> new HashMap<>()), auctionHi).set((int) auctionLo);
  }

  /**
   * A node was given up: its leases close at once, and those of others without regard to what its
   * journal holds now. What it records once it is back is waited for again.
   */
  void writtenOff(int node) {
    for (LeaseBooks lease : leases.values()) {
      lease.writtenOff |= lease.node == node;
    }
    Map<Long, BitSet> before = recordedBeforeWriteOff.computeIfAbsent(node, key -> new HashMap<>());
    recordedBy
        .getOrDefault(node, Map.of())
        .forEach((auctionHi, beacons) -> bits(before, auctionHi).or(beacons));
  }

  /** A message was written to {@code settled}. */
  void written(byte[] message) {
    if (wrap(message) != SettledEventDecoder.TEMPLATE_ID) {
      return;
    }
    event.wrapAndApplyHeader(buffer, 0, header);
    Disposition disposition = event.disposition();
    dispositions[disposition.ordinal()]++;
    boolean impression = event.kind() == SettledKind.IMPRESSION;
    Map<Long, BitSet> of = impression ? settledImpressions : settledAuctions;
    BitSet seen = bits(of, event.auctionHi());
    int auction = (int) event.auctionLo();
    settledBeacons += impression ? 1 : 0;
    if (disposition == Disposition.COUNTED && seen.get(auction)) {
      throw violation("each auction settles once", "auction " + auction);
    }
    if (impression && !bits(recorded, event.auctionHi()).get(auction)) {
      throw violation("only what is recorded is settled", "auction " + auction);
    }
    seen.set(auction);
    if (impression) {
      checkAmounts(disposition);
      if (disposition == Disposition.COUNTED) {
        world.capAuditor.settled(
            event.auctionHi(), event.auctionLo(), event.timeMillis(), world.millis());
      }
    }
    if (event.leaseId() != 0 && event.billed() != 0) {
      charged(disposition);
    } else if (event.chargedMicros() != 0) {
      throw violation("only what bills is charged", "auction " + auction);
    }
  }

  /** What is charged and what supply gets is what was agreed with the bid, once or not at all. */
  private void checkAmounts(Disposition disposition) {
    BidTerms.Price price = terms.of(event.auctionHi(), event.auctionLo());
    if (price == null || price.lineItemId() != event.lineItemId()) {
      throw violation("only what was bid is settled", "auction " + event.auctionLo());
    }
    boolean late = disposition == Disposition.LATE;
    boolean bills = late || disposition == Disposition.COUNTED;
    long charge = bills ? price.chargeMicros() : 0;
    long charged = event.chargedMicros() + event.overDeliveryMicros();
    if (charged != charge || late && event.chargedMicros() != 0) {
      throw violation(
          "what was bid is charged",
          event.chargedMicros() + " and " + event.overDeliveryMicros() + " over, not " + charge);
    }
    long cost = bills ? Cpm.perImpression(price.bidCpmMicros()) : 0;
    if (event.costMicros() != cost) {
      throw violation("supply gets what was bid", event.costMicros() + ", not " + cost);
    }
  }

  private void charged(Disposition disposition) {
    LeaseBooks lease = leases.get(event.leaseId());
    long micros = event.chargedMicros();
    if (lease == null) {
      if (micros != 0) {
        throw violation("a charge names a lease", "lease " + event.leaseId());
      }
      return;
    }
    lease.charged += micros;
    charge(lease.lineItem, lease.day, micros);
    charge(lease.campaign, lease.day, micros);
    charge(lease.advertiser, lease.day, micros);
    world.pacingAuditor.charged(lease.lineItem.id, lease.day, micros);
    if (lease.charged > lease.amount) {
      throw violation("charged within the lease", "lease " + lease.id);
    }
    long over = event.overDeliveryMicros();
    lease.lineItem.overDelivery += over;
    boolean lost = lease.writtenOff || wasRecordedBeforeWriteOff();
    boolean late =
        disposition != Disposition.COUNTED || event.timeMillis() / 1_000 > event.expirySeconds();
    if (over > 0 && lease.charged < lease.amount && !lost && !late) {
      throw violation("a lease is open while its tokens live", "lease " + lease.id);
    }
  }

  private boolean wasRecordedBeforeWriteOff() {
    BitSet before =
        recordedBeforeWriteOff.getOrDefault(event.nodeId(), Map.of()).get(event.auctionHi());
    return before != null && before.get((int) event.auctionLo());
  }

  private void charge(Books books, long day, long micros) {
    books.charged += micros;
    books.day(day)[1] += micros;
    hold("charged within budget", books, books.charged, books.day(day)[1]);
  }

  /** billing-service has counted a message. */
  void counted(byte[] message) {
    int template = wrap(message);
    if (template == SettledEventDecoder.TEMPLATE_ID) {
      event.wrapAndApplyHeader(buffer, 0, header);
      LeaseBooks lease = leases.get(event.leaseId());
      if (lease != null && event.chargedMicros() > 0) {
        lease.counted += event.chargedMicros();
        lease.lineItem.counted += event.chargedMicros();
        lease.advertiser.counted += event.chargedMicros();
      }
    } else if (template == SettledLeaseDecoder.TEMPLATE_ID) {
      closed.wrapAndApplyHeader(buffer, 0, header);
      LeaseBooks lease = leases.get(closed.leaseId());
      if (lease != null && lease.closedAtMillis < 0) {
        lease.closedAtMillis = world.millis();
        commit(lease, Math.min(0, lease.counted - (lease.amount - lease.givenBack)));
      }
    }
  }

  /** After every step. */
  void check() {
    long through = Long.MAX_VALUE;
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      through = Math.min(through, world.billing.settledThrough(partition));
    }
    // Lanes that were told of it do not forget it when a node without marks is awaited.
    settledThrough = Math.max(settledThrough, through);
    for (Books books : lineItems.values()) {
      long theirs = world.billing.chargedMicros(books.id);
      if (theirs != books.counted) {
        throw violation(
            "what billing counts is what settled says",
            books.id + ": " + theirs + " and " + books.counted);
      }
      check(books);
    }
    campaigns.values().forEach(this::check);
    advertisers.values().forEach(this::check);
    checkBalance();
    if (world.billing.mismatches() > 0) {
      throw violation("a lease closes with the sum that was counted", "see billing");
    }
    if (world.millis() % PAUSES_MILLIS == 0) {
      pauses.check(leases.values());
    }
    if (settledBeacons > 0 && world.millis() % 60_000 == 0) {
      leases.values().removeIf(this::isOld);
    }
  }

  /** What is posted is what was paid, less what settled says was charged. */
  private void checkBalance() {
    Books books = advertisers.get(SimulatedDemand.PREPAID_ADVERTISER);
    long balance = world.billing.balanceMicros(books.id);
    if (balance != fundsMicros() - books.counted) {
      throw violation("charges are posted once", books.id + ": " + balance + " are left");
    }
  }

  private void check(Books books) {
    long day = world.nowMillis() / MILLIS_PER_DAY;
    long[] ofDay = books.day(day);
    hold("charged within budget", books, books.charged, ofDay[1]);
    hold("leased and charged within budget", books, books.committed, ofDay[0]);
  }

  private boolean isOld(LeaseBooks lease) {
    return lease.closedAtMillis >= 0 && lease.closedAtMillis < world.millis() - LEASE_KEPT_MILLIS;
  }

  /** When all is done. */
  void checkEnd() {
    recorded.forEach(
        (auctionHi, beacons) -> {
          BitSet lost = (BitSet) beacons.clone();
          lost.andNot(bits(settledImpressions, auctionHi));
          if (!lost.isEmpty()) {
            throw violation("what is recorded is settled", lost.cardinality() + " beacons are not");
          }
        });
    if (settledBeacons < answeredBeacons) {
      throw violation(
          "what is recorded is settled", settledBeacons + " of " + answeredBeacons + " beacons");
    }
    for (Books books : lineItems.values()) {
      if (books.charged != books.counted || books.committed != books.charged) {
        throw violation(
            "in the end all agree",
            books.id + ": " + books.charged + ", " + books.counted + ", " + books.committed);
      }
    }
  }

  /** Charged on all line items, micros. */
  long chargedMicros() {
    return lineItems.values().stream().mapToLong(books -> books.charged).sum();
  }

  /** Charged on a campaign or a line item, micros. */
  long chargedMicros(long id) {
    Books books = campaigns.get(id);
    return (books == null ? lineItems.get(id) : books).charged;
  }

  /** Delivered beyond that, micros. */
  long overDeliveryMicros() {
    return lineItems.values().stream().mapToLong(books -> books.overDelivery).sum();
  }

  /** Leases that were refused because an advertiser's money was spent. */
  long refusedForFunds() {
    return refusedForFunds;
  }

  /** Beacons that were answered. */
  long answeredBeacons() {
    return answeredBeacons;
  }

  /** Settled events by what became of them. */
  long settled(Disposition disposition) {
    return dispositions[disposition.ordinal()];
  }

  private Violation violation(String invariant, String details) {
    return new Violation(invariant, details, world.millis());
  }

  private int wrap(byte[] message) {
    buffer.wrap(message);
    header.wrap(buffer, 0);
    return header.templateId();
  }

  private static BitSet bits(Map<Long, BitSet> of, long auctionHi) {
    return of.computeIfAbsent(auctionHi, key -> new BitSet());
  }
}
