package io.adplatform.simulator;

import io.adplatform.billing.ledger.AccountKind;
import io.adplatform.billing.ledger.Balances;
import io.adplatform.billing.ledger.BookAccount;
import io.adplatform.billing.ledger.Entry;
import io.adplatform.billing.ledger.LedgerStore;
import io.adplatform.billing.ledger.OffsetRange;
import io.adplatform.billing.memory.MemoryBilling;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.simulator.audit.SettledCells;
import io.adplatform.simulator.stream.Checkpoints;
import io.adplatform.simulator.stream.Settler;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseDialogue;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.LineItem.Participation;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.frequency.FrequencyCap;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledEventEncoder;
import io.adplatform.wire.targeting.Targeting;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Parts that do one thing wrong, each put in place of a right one. */
enum PlantedBug {
  /** A request that is sent again is granted again, of the same money. */
  LEASE_GRANTED_TWICE("leased and charged within budget") {
    @Override
    Seams seams() {
      Map<Integer, Long> last = new HashMap<>();
      return with(
          right ->
              request -> {
                LeaseAnswer answer = right.send(request);
                long said = request.boot() * 1_000_000 + request.sequence();
                Long before = last.put(request.nodeId(), said);
                boolean repeated = before != null && before == said;
                return repeated ? more(answer, copies(answer)) : answer;
              });
    }

    private List<LeaseAnswer.State> copies(LeaseAnswer answer) {
      return answer.leases().stream()
          .filter(lease -> !lease.closed() && lease.leaseId() < COPY)
          .map(
              lease ->
                  new LeaseAnswer.State(
                      lease.leaseId() + COPY,
                      lease.lineItemId(),
                      lease.amountMicros(),
                      lease.currency(),
                      lease.bidUntilMillis(),
                      lease.lastExpiryMillis(),
                      false))
          .toList();
    }
  },

  /** What one node is granted, the next to ask is granted too. */
  LEASE_GRANTED_TO_TWO("a lease belongs to one process") {
    @Override
    Seams seams() {
      List<LeaseAnswer.State> others = new ArrayList<>();
      int[] owner = {0};
      return with(
          right ->
              request -> {
                LeaseAnswer answer = right.send(request);
                if (!others.isEmpty() && owner[0] != request.nodeId()) {
                  LeaseAnswer both = more(answer, List.copyOf(others));
                  others.clear();
                  return both;
                }
                owner[0] = request.nodeId();
                others.addAll(answer.leases());
                return answer;
              });
    }
  },

  /** Whoever has no money left is granted fifty impressions all the same. */
  FUNDS_NOT_ASKED("leased and charged within budget") {
    private static final long MICROS = 50 * 11_000;

    @Override
    Seams seams() {
      LeaseAnswer.State[] last = {null};
      long[] made = {COPY};
      return with(
          right ->
              request -> {
                LeaseAnswer answer = right.send(request);
                answer.leases().forEach(lease -> last[0] = lease);
                List<LeaseAnswer.State> more = new ArrayList<>();
                for (LeaseAnswer.Refusal refusal : answer.refusals()) {
                  boolean spent =
                      refusal.reason() == LeaseRefusal.PREPAID_FUNDS
                          || refusal.reason() == LeaseRefusal.CREDIT_LIMIT;
                  if (spent && last[0] != null) {
                    more.add(
                        new LeaseAnswer.State(
                            ++made[0],
                            refusal.lineItemId(),
                            MICROS,
                            last[0].currency(),
                            last[0].bidUntilMillis(),
                            last[0].lastExpiryMillis(),
                            false));
                  }
                }
                return more(answer, more);
              });
    }
  },

  /** A lease that is given back is freed whole, with the bids that are still in flight. */
  BIDS_IN_FLIGHT_FREED("leased and charged within budget") {
    @Override
    Seams seams() {
      return with(
          right ->
              request ->
                  right.send(
                      new LeaseRequest(
                          request.nodeId(),
                          request.boot(),
                          request.sequence(),
                          request.after(),
                          request.wants(),
                          request.extend(),
                          request.returns().stream()
                              .map(
                                  back ->
                                      new LeaseRequest.Return(
                                          back.leaseId(), back.lastExpirySecond(), Long.MAX_VALUE))
                              .toList())));
    }
  },

  /** A beacon that was seen counts once more. */
  REPEAT_COUNTED("each auction settles once") {
    @Override
    Seams seams() {
      return altering(
          (event, changed) -> {
            if (event.disposition() == Disposition.REPEAT) {
              changed.disposition(Disposition.COUNTED);
            }
          });
    }
  },

  /** Started again, settlement does not know what it had seen. */
  STATE_FORGOTTEN("each auction settles once") {
    @Override
    Seams seams() {
      return with(
          () ->
              new Settling(Seams.RIGHT.settler().get()) {
                @Override
                public void read(byte[] state) {}
              });
    }
  },

  /** The job goes on behind events whose answers were not written. */
  OFFSET_COMMITTED_EARLY("a lease is open while its tokens live") {
    @Override
    Seams seams() {
      return WrongPart.checkpoints(Early::new);
    }
  },

  /** The lane takes back what it reserved for a bid, and sends the bid all the same. */
  RESERVATION_FORGOTTEN("bids in flight are within their lease") {
    @Override
    Seams seams() {
      return WrongPart.bidSent(
          (candidates, winner, gate) -> Chooser.cancel(candidates, winner, gate));
    }
  },

  /** A lease is closed when no more bids are made on it, whatever tokens still live. */
  LEASE_CLOSED_TOO_SOON("a lease is open while its tokens live") {
    @Override
    Seams seams() {
      Map<Long, Long> bidUntil = new HashMap<>();
      return WrongPart.closing(
          desk ->
              request -> {
                LeaseAnswer answer = desk.send(request);
                answer.leases().forEach(one -> bidUntil.put(one.leaseId(), one.bidUntilMillis()));
                return answer;
              },
          billing -> due(billing, bidUntil));
    }

    private List<Long> due(MemoryBilling billing, Map<Long, Long> bidUntil) {
      List<Long> due = new ArrayList<>(billing.leasesToClose());
      long newest = bidUntil.values().stream().mapToLong(until -> until).max().orElse(0);
      bidUntil.forEach(
          (lease, until) -> {
            // A new lease may be bid on for 30 s from its grant.
            if (until < newest - 35_000 && !due.contains(lease)) {
              due.add(lease);
            }
          });
      bidUntil.keySet().removeAll(due);
      return due;
    }
  },

  /** Half of what a bid was made for is charged. */
  CHARGES_HALF("what was bid is charged") {
    @Override
    Seams seams() {
      return altering((event, changed) -> changed.chargedMicros(event.chargedMicros() / 2));
    }
  },

  /** Supply is owed nothing. */
  COSTS_NOTHING("supply gets what was bid") {
    @Override
    Seams seams() {
      return altering((event, changed) -> changed.costMicros(0));
    }
  },

  /** What a range of offsets came to is added to the books once more. */
  ENTRY_POSTED_TWICE("charges are posted once") {
    @Override
    Seams seams() {
      return WrongPart.ledger(
          right ->
              new WrongLedger(right) {
                @Override
                public List<Long> add(List<Entry> entries, Balances balances, long nowMillis)
                    throws SQLException {
                  List<Long> ids = super.add(entries, balances, nowMillis);
                  boolean settled = entries.getFirst().kind == Entry.Kind.SETTLED;
                  return settled && ids.getFirst() % 50 == 0
                      ? super.add(entries, balances, nowMillis)
                      : ids;
                }
              });
    }
  },

  /** What is taken back from supply is not posted to the exchange. */
  CORRECTION_OF_ONE_SIDE("debits equal credits") {
    @Override
    Seams seams() {
      return WrongPart.ledger(
          right ->
              new WrongLedger(right) {
                @Override
                public List<Long> add(List<Entry> entries, Balances balances, long nowMillis)
                    throws SQLException {
                  for (Entry entry : entries) {
                    if (entry.kind == Entry.Kind.CORRECTION) {
                      entry.postings.keySet().removeIf(of -> of.kind() == AccountKind.PAYABLE);
                    }
                  }
                  return super.add(entries, balances, nowMillis);
                }
              });
    }
  },

  /** The last entry of a batch is not made. */
  ENTRY_LEFT_OUT("the ledger is what settled says") {
    @Override
    Seams seams() {
      return WrongPart.ledger(
          right ->
              new WrongLedger(right) {
                @Override
                public List<Long> add(List<Entry> entries, Balances balances, long nowMillis)
                    throws SQLException {
                  boolean some = entries.size() > 2;
                  return super.add(
                      some ? entries.subList(0, entries.size() - 1) : entries, balances, nowMillis);
                }
              });
    }
  },

  /** Ingestion takes what is sent again for new where the range was cut otherwise. */
  RANGE_REPORTED_TWICE("the report is what settled says") {
    @Override
    Seams seams() {
      return WrongPart.reports(
          () ->
              new Reports.Table() {
                private final SettledCells sums = new SettledCells();
                private final Set<String> ranges = new HashSet<>();

                @Override
                public void insert(int partition, long fromOffset, List<byte[]> messages) {
                  if (ranges.add(partition + ":" + fromOffset + "-" + messages.size())) {
                    messages.forEach(sums::add);
                  }
                }

                @Override
                public SettledCells sums() {
                  return sums;
                }
              });
    }
  },

  /** Lanes hold a cap over half the time that it is for. */
  CAP_BY_THE_WRONG_WINDOW("no user sees more than the cap") {
    @Override
    Seams seams() {
      return WrongPart.catalogue(
          entity ->
              entity instanceof LineItem lineItem
                  ? changed(
                      lineItem,
                      lineItem.targeting(),
                      lineItem.frequencyCaps().stream()
                          .map(cap -> new FrequencyCap(cap.impressions(), cap.perSeconds() / 2))
                          .toList())
                  : entity);
    }
  },

  /** Nodes do not take a pause in. */
  PAUSED_GOES_ON("what is paused does not bid") {
    @Override
    Seams seams() {
      return WrongPart.catalogue(
          entity ->
              entity instanceof LineItem lineItem ? Pauses.with(lineItem, Status.ACTIVE) : entity);
    }
  },

  /** Nodes take a pause for targeting that meets nobody, and keep what they have leased. */
  PAUSED_KEEPS_LEASES("what is paused holds no lease") {
    @Override
    Seams seams() {
      return WrongPart.catalogue(
          entity ->
              entity instanceof LineItem lineItem && lineItem.status() == Status.PAUSED
                  ? changed(
                      Pauses.with(lineItem, Status.ACTIVE),
                      new Targeting(Map.of("country", List.of("ATA")), Map.of(), List.of()),
                      lineItem.frequencyCaps())
                  : entity);
    }
  },

  /** Lanes take part in everything, whatever share they are told. */
  SHARE_IGNORED("paced spend keeps to its plan") {
    @Override
    Seams seams() {
      return WrongPart.catalogue(
          entity ->
              entity instanceof Participation share
                  ? new Participation(share.id(), share.accountId(), Participation.ALL)
                  : entity);
    }
  },

  /** A node takes beacons before billing-service knows that they are to be waited for. */
  TAKES_BEACONS_UNREGISTERED("a lease is open while its tokens live") {
    @Override
    Seams seams() {
      return WrongPart.registration((billing, nodeId, reached) -> true);
    }
  };

  private static final long COPY = 1L << 40;

  private final String invariant;

  PlantedBug(String invariant) {
    this.invariant = invariant;
  }

  abstract Seams seams();

  /** The invariant whose check finds it. */
  String invariant() {
    return invariant;
  }

  private static Seams with(UnaryOperator<LeaseDialogue.Carrier> billing) {
    return WrongPart.billing(billing);
  }

  private static Seams with(Supplier<Settler> settler) {
    return WrongPart.settler(settler);
  }

  /** Settlement whose answers about events are changed before they are written. */
  private static Seams altering(BiConsumer<SettledEventDecoder, SettledEventEncoder> change) {
    return with(
        () ->
            new Settling(Seams.RIGHT.settler().get()) {
              private final MessageHeaderDecoder header = new MessageHeaderDecoder();
              private final SettledEventDecoder event = new SettledEventDecoder();
              private final SettledEventEncoder changed = new SettledEventEncoder();

              @Override
              public int settle(
                  DirectBuffer in, int length, long appendedMillis, MutableDirectBuffer out) {
                int answer = right.settle(in, length, appendedMillis, out);
                if (answer > 0
                    && header.wrap(out, 0).templateId() == SettledEventDecoder.TEMPLATE_ID) {
                  change.accept(
                      event.wrapAndApplyHeader(out, 0, header),
                      changed.wrap(out, MessageHeaderDecoder.ENCODED_LENGTH));
                }
                return answer;
              }
            });
  }

  private static LineItem changed(LineItem of, Targeting targeting, List<FrequencyCap> caps) {
    return new LineItem(
        of.id(),
        of.accountId(),
        of.advertiserId(),
        of.campaignId(),
        of.name(),
        of.status(),
        of.bidCpmMicros(),
        of.creativeIds(),
        of.budget(),
        of.startAt(),
        of.endAt(),
        targeting,
        caps,
        of.pacing(),
        of.price(),
        of.dealOnly());
  }

  private static LeaseAnswer more(LeaseAnswer answer, List<LeaseAnswer.State> added) {
    List<LeaseAnswer.State> leases = new ArrayList<>(answer.leases());
    leases.addAll(added);
    return new LeaseAnswer(
        answer.sequence(),
        answer.revision(),
        answer.settledThroughMillis(),
        leases,
        answer.charges(),
        answer.refusals());
  }

  /** The right one, but for what a bug changes. */
  private static class WrongLedger implements LedgerStore {
    private final LedgerStore right;

    WrongLedger(LedgerStore right) {
      this.right = right;
    }

    @Override
    public Map<BookAccount, Held> hold(Set<BookAccount> accounts) throws SQLException {
      return right.hold(accounts);
    }

    @Override
    public Map<Integer, Long> addRanges(Map<Integer, OffsetRange> ranges) throws SQLException {
      return right.addRanges(ranges);
    }

    @Override
    public Map<Long, Long> advertisers(Collection<Long> lineItemIds) throws SQLException {
      return right.advertisers(lineItemIds);
    }

    @Override
    public List<Long> add(List<Entry> entries, Balances balances, long nowMillis)
        throws SQLException {
      return right.add(entries, balances, nowMillis);
    }
  }

  /** The right one, but for what a bug changes. */
  private static class Settling implements Settler {
    final Settler right;

    Settling(Settler right) {
      this.right = right;
    }

    @Override
    public int settle(DirectBuffer in, int length, long appendedMillis, MutableDirectBuffer out) {
      return right.settle(in, length, appendedMillis, out);
    }

    @Override
    public byte[] write() {
      return right.write();
    }

    @Override
    public void read(byte[] state) {
      right.read(state);
    }
  }

  /** Takes a checkpoint for complete when it begins. */
  private static final class Early implements Checkpoints {
    private Checkpoint begun;

    @Override
    public void begin(Checkpoint checkpoint) {
      begun = checkpoint;
    }

    @Override
    public void complete() {}

    @Override
    public Checkpoint latest() {
      return begun;
    }
  }
}
