package io.adplatform.simulator;

import io.adplatform.billing.memory.MemoryBilling;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseDialogue;
import io.adplatform.storage.lease.LeaseRefusal;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledEventEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
      Seams right = Seams.RIGHT;
      return new Seams(
          right.billing(),
          right.settler(),
          Early::new,
          right.closing(),
          right.bidSent(),
          right.registration());
    }
  },

  /** The lane takes back what it reserved for a bid, and sends the bid all the same. */
  RESERVATION_FORGOTTEN("bids in flight are within their lease") {
    @Override
    Seams seams() {
      Seams right = Seams.RIGHT;
      return new Seams(
          right.billing(),
          right.settler(),
          right.checkpoints(),
          right.closing(),
          (candidates, winner, gate) -> Chooser.cancel(candidates, winner, gate),
          right.registration());
    }
  },

  /** A lease is closed when no more bids are made on it, whatever tokens still live. */
  LEASE_CLOSED_TOO_SOON("a lease is open while its tokens live") {
    @Override
    Seams seams() {
      Map<Long, Long> bidUntil = new HashMap<>();
      Seams right = Seams.RIGHT;
      return new Seams(
          desk ->
              request -> {
                LeaseAnswer answer = desk.send(request);
                answer.leases().forEach(one -> bidUntil.put(one.leaseId(), one.bidUntilMillis()));
                return answer;
              },
          right.settler(),
          right.checkpoints(),
          billing -> due(billing, bidUntil),
          right.bidSent(),
          right.registration());
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

  /** A node takes beacons before billing-service knows that they are to be waited for. */
  TAKES_BEACONS_UNREGISTERED("a lease is open while its tokens live") {
    @Override
    Seams seams() {
      Seams right = Seams.RIGHT;
      return new Seams(
          right.billing(),
          right.settler(),
          right.checkpoints(),
          right.closing(),
          right.bidSent(),
          (billing, nodeId, reached) -> true);
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
    Seams right = Seams.RIGHT;
    return new Seams(
        billing,
        right.settler(),
        right.checkpoints(),
        right.closing(),
        right.bidSent(),
        right.registration());
  }

  private static Seams with(Supplier<Settler> settler) {
    Seams right = Seams.RIGHT;
    return new Seams(
        right.billing(),
        settler,
        right.checkpoints(),
        right.closing(),
        right.bidSent(),
        right.registration());
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
