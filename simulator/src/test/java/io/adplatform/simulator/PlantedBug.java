package io.adplatform.simulator;

import io.adplatform.billing.memory.MemoryBilling;
import io.adplatform.decision.choice.Chooser;
import io.adplatform.storage.lease.LeaseAnswer;
import io.adplatform.storage.lease.LeaseDialogue;
import io.adplatform.storage.lease.LeaseRequest;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SettledEventEncoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Parts that do one thing wrong, each put in place of a right one. */
enum PlantedBug {
  /** A request that is sent again is granted again, of the same money. */
  LEASE_GRANTED_TWICE {
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
  LEASE_GRANTED_TO_TWO {
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

  /** A lease that is given back is freed whole, with the bids that are still in flight. */
  BIDS_IN_FLIGHT_FREED {
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
  REPEAT_COUNTED {
    @Override
    Seams seams() {
      return with(
          () ->
              new Settling(Seams.RIGHT.settler().get()) {
                private final MessageHeaderDecoder header = new MessageHeaderDecoder();
                private final SettledEventDecoder event = new SettledEventDecoder();

                @Override
                public int settle(DirectBuffer in, int length, MutableDirectBuffer out) {
                  int answer = right.settle(in, length, out);
                  if (answer > 0
                      && header.wrap(out, 0).templateId() == SettledEventDecoder.TEMPLATE_ID
                      && event.wrapAndApplyHeader(out, 0, header).disposition()
                          == Disposition.REPEAT) {
                    new SettledEventEncoder()
                        .wrap(out, MessageHeaderDecoder.ENCODED_LENGTH)
                        .disposition(Disposition.COUNTED);
                  }
                  return answer;
                }
              });
    }
  },

  /** Started again, settlement does not know what it had seen. */
  STATE_FORGOTTEN {
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
  OFFSET_COMMITTED_EARLY {
    @Override
    Seams seams() {
      Seams right = Seams.RIGHT;
      return new Seams(
          right.billing(), right.settler(), Early::new, right.closing(), right.bidSent());
    }
  },

  /** The lane takes back what it reserved for a bid, and sends the bid all the same. */
  RESERVATION_FORGOTTEN {
    @Override
    Seams seams() {
      Seams right = Seams.RIGHT;
      return new Seams(
          right.billing(),
          right.settler(),
          right.checkpoints(),
          right.closing(),
          (candidates, winner, gate) -> Chooser.cancel(candidates, winner, gate));
    }
  },

  /** A lease is closed when no more bids are made on it, whatever tokens still live. */
  LEASE_CLOSED_TOO_SOON {
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
          right.bidSent());
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
  };

  private static final long COPY = 1L << 40;

  abstract Seams seams();

  private static Seams with(UnaryOperator<LeaseDialogue.Carrier> billing) {
    Seams right = Seams.RIGHT;
    return new Seams(
        billing, right.settler(), right.checkpoints(), right.closing(), right.bidSent());
  }

  private static Seams with(Supplier<Settler> settler) {
    Seams right = Seams.RIGHT;
    return new Seams(
        right.billing(), settler, right.checkpoints(), right.closing(), right.bidSent());
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
    public int settle(DirectBuffer in, int length, MutableDirectBuffer out) {
      return right.settle(in, length, out);
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
