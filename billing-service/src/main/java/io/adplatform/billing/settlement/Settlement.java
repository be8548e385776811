package io.adplatform.billing.settlement;

import io.adplatform.billing.budget.SpendStore;
import io.adplatform.billing.ledger.Ledger;
import io.adplatform.billing.ledger.OffsetRange;
import io.adplatform.billing.pacing.ChargeRateStore;
import io.adplatform.billing.settlement.SettledStore.LeaseRow;
import io.adplatform.storage.postgres.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts batches of {@code settled} and posts them to the ledger, each in one transaction with the
 * offsets it ran over, so that every message is counted once, whatever is killed. Called by the
 * thread of {@link SettledReader}.
 */
final class Settlement {
  /** How an operator names a topic to which the brokers give no id. */
  static final String UNNAMED_TOPIC = "unnamed";

  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

  /**
   * Leases that may have been granted after the copy was made that the database came back from, and
   * of which nothing is settled yet: their ids are not given out again. No day grants as many.
   */
  private static final long LEASE_ID_MARGIN = 1_000_000;

  private final Transactions transactions;
  private final int partitions;
  private final InstantSource clock;
  private final SettledCounters counters;
  private final String acceptedTopic;
  private long greatestLeaseId;

  /**
   * Counts for this service.
   *
   * @param acceptedTopic see {@link #begin}; null is none
   */
  Settlement(
      Transactions transactions,
      int partitions,
      InstantSource clock,
      SettledCounters counters,
      String acceptedTopic) {
    this.transactions = transactions;
    this.partitions = partitions;
    this.clock = clock;
    this.counters = counters;
    this.acceptedTopic = acceptedTopic;
  }

  /** What a batch came to; counted once it is committed. */
  private static final class Outcome {
    boolean counted;
    int closed;
    int mismatches;
    int unknownLeases;
    Ledger.Posted posted;
  }

  /**
   * The offsets to read next, by partition, on the topic as it is now. Where it was made anew, or
   * lost its end, it may hold again what was counted: an operator decides, and names the topic that
   * is to be counted all the same. One that was made anew is then read from 0, one that lost its
   * end from there. What had been there and was not counted is missing, and only a comparison with
   * the events can tell.
   *
   * @param topicId null where Kafka gives none
   * @param ends by partition, where the next message will stand
   * @throws SettledLostException where it does not hold what was counted, and nobody accepted it
   */
  long[] begin(String topicId, long[] ends) throws SQLException {
    Beginning beginning =
        transactions.forService(handle -> begin(handle.getConnection(), topicId, ends));
    if (beginning.resets > 0) {
      counters.resets.increment(beginning.resets);
    }
    return beginning.offsets;
  }

  private record Beginning(long[] offsets, int resets) {}

  private Beginning begin(Connection connection, String topicId, long[] ends) throws SQLException {
    SettledStore store = new SettledStore(connection);
    long[] next = store.lockOffsets(partitions);
    String[] known = store.topicIds(partitions);
    Map<Integer, Long> reset = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      boolean same = topicId != null && topicId.equals(known[partition]);
      boolean another = topicId != null && known[partition] != null && !same;
      if ((another && next[partition] > 0) || next[partition] > ends[partition]) {
        String what =
            another
                ? "the topic settled was made anew: its id was %s and is %s"
                    .formatted(known[partition], topicId)
                : "partition %d of settled ends at %d, but its messages up to %d were counted"
                    .formatted(partition, ends[partition], next[partition] - 1);
        requireAccepted(topicId, what);
        long to = same ? ends[partition] : 0;
        LOG.error("{}: partition {} is read from {}, as accepted", what, partition, to);
        reset.put(partition, to);
        next[partition] = to;
      }
    }
    store.writeOffsets(reset);
    store.beginGeneration(reset.keySet());
    if (topicId != null) {
      store.writeTopicId(topicId);
    }
    return new Beginning(next, reset.size());
  }

  private void requireAccepted(String topicId, String what) {
    String name = topicId == null ? UNNAMED_TOPIC : topicId;
    if (!name.equals(acceptedTopic)) {
      throw new SettledLostException(
          what
              + "; see docs/hacking.md, When something is gone, before accept-settled-topic is set"
              + " to "
              + name);
    }
  }

  /** Says that all is counted that was settled before the start: from now on leases are granted. */
  void caughtUp() throws SQLException {
    transactions.forService(
        handle -> {
          new SettledStore(handle.getConnection()).raiseLeaseIds(greatestLeaseId, LEASE_ID_MARGIN);
          return null;
        });
  }

  /**
   * Counts a batch.
   *
   * @return false where it does not begin at the offsets that are next, because another process has
   *     counted meanwhile: nothing is changed then, and reading has to begin again
   */
  boolean count(SettledBatch batch) throws SQLException {
    Outcome outcome =
        transactions.forService(handle -> inTransaction(handle.getConnection(), batch));
    if (outcome.counted) {
      greatestLeaseId = Math.max(greatestLeaseId, batch.greatestLeaseId());
      counters.closed.increment(outcome.closed);
      counters.mismatches.increment(outcome.mismatches);
      counters.unknownLeases.increment(outcome.unknownLeases);
      counters.unreadable.increment(batch.unreadable());
      counters.ledger.posted(outcome.posted, batch.books().refused());
      if (batch.books().refused() > 0) {
        LOG.error(
            "{} settled events among {} have an amount or a currency that cannot be: they are in no"
                + " entry of the ledger",
            batch.books().refused(),
            batch.ranges());
      }
    }
    return outcome.counted;
  }

  private Outcome inTransaction(Connection connection, SettledBatch batch) throws SQLException {
    Outcome outcome = new Outcome();
    SettledStore store = new SettledStore(connection);
    long[] expected = store.lockOffsets(partitions);
    Map<Integer, Long> next = new HashMap<>();
    for (Map.Entry<Integer, OffsetRange> entry : batch.ranges().entrySet()) {
      // Offsets of transactions' own markers are skipped over, so a range may begin beyond.
      if (entry.getValue().fromOffset() < expected[entry.getKey()]) {
        return outcome;
      }
      next.put(entry.getKey(), entry.getValue().nextOffset());
    }
    outcome.counted = true;
    store.await(batch.marks(), clock.millis());
    Set<Long> ids = new HashSet<>(batch.sums().keySet());
    ids.addAll(batch.closed().keySet());
    if (!ids.isEmpty()) {
      change(store, connection, batch, ids, outcome);
    }
    outcome.posted = Ledger.post(connection, batch.books(), batch.ranges(), clock.millis());
    new ChargeRateStore(connection).add(batch.rates());
    store.mark(batch.marks());
    store.writeOffsets(next);
    return outcome;
  }

  private void change(
      SettledStore store, Connection connection, SettledBatch batch, Set<Long> ids, Outcome outcome)
      throws SQLException {
    SpendStore spend = new SpendStore();
    recover(store, connection, batch, ids, spend, outcome);
    Map<Long, LeaseRow> leases = store.leases(ids);
    Map<Long, Long> revisions = store.nextRevisions(leases.values());
    for (long id : ids) {
      check(id, leases.get(id), batch.sums().get(id), outcome);
      hold(leases.get(id), batch.sums().get(id));
    }
    store.charge(leases.values(), batch.sums(), spend);
    store.chargeBuckets(batch.buckets(), leases, revisions);
    List<LeaseRow> closing = closing(batch, leases, spend, outcome);
    if (!closing.isEmpty()) {
      store.close(closing, revisions, clock.millis());
    }
    spend.write(connection);
    outcome.closed = closing.size();
  }

  /**
   * Locks all that changes with the leases, and takes in those that are not known: what was charged
   * on them is committed too, whatever the budget, for it was granted from it once (ADR 0089).
   */
  private void recover(
      SettledStore store,
      Connection connection,
      SettledBatch batch,
      Set<Long> ids,
      SpendStore spend,
      Outcome outcome)
      throws SQLException {
    RecoveredLeaseStore recovered = new RecoveredLeaseStore(connection, partitions);
    Map<Long, LeaseRow> known = store.leases(ids);
    Map<Long, SpendStore.Account> added =
        recovered.add(batch.sums(), known.keySet(), clock.millis());
    store.lockAround(added.isEmpty() ? known.values() : store.leases(ids).values());
    added.forEach((id, of) -> spend.commit(of, batch.sums().get(id).chargedMicros));
    Map<Long, Long> grown = new HashMap<>();
    for (LeaseRow lease : known.values()) {
      SettledBatch.Sums sums = batch.sums().get(lease.id());
      if (lease.recovered() && !lease.closed() && sums != null && sums.chargedMicros > 0) {
        grown.put(lease.id(), sums.chargedMicros);
        spend.commit(lease.of(), sums.chargedMicros);
      }
    }
    recovered.grow(grown);
    outcome.unknownLeases += added.size();
    if (!added.isEmpty()) {
      LOG.error("Leases {} were charged and were not here: they are from now on", added.keySet());
    }
  }

  private static void check(long id, LeaseRow lease, SettledBatch.Sums sums, Outcome outcome) {
    if (lease == null) {
      outcome.unknownLeases++;
      LOG.error("Lease {} was charged or closed, and is not here", id);
    } else if (lease.closed() && sums != null && sums.chargedMicros != 0) {
      outcome.mismatches++;
      LOG.error("Lease {} was charged {} micros after it was closed", id, sums.chargedMicros);
    }
  }

  /**
   * What its node gave back may be leased out again: a charge beyond what a lease keeps, which no
   * token can account for, is over-delivery and not the advertiser's. {@link #closing} reports it.
   */
  private static void hold(LeaseRow lease, SettledBatch.Sums sums) {
    if (lease != null && !lease.closed() && sums != null) {
      long left = Math.max(0, lease.keptMicros() - lease.chargedMicros());
      long beyond = Math.max(0, sums.chargedMicros - left);
      sums.chargedMicros -= beyond;
      sums.overDeliveryMicros += beyond;
    }
  }

  /** The leases that this batch closes; what they did not use is no longer committed. */
  private static List<LeaseRow> closing(
      SettledBatch batch, Map<Long, LeaseRow> leases, SpendStore spend, Outcome outcome) {
    List<LeaseRow> closing = new ArrayList<>();
    batch
        .closed()
        .forEach(
            (id, settledMicros) -> {
              LeaseRow lease = leases.get(id);
              if (lease == null || lease.closed()) {
                return;
              }
              SettledBatch.Sums sums = batch.sums().get(id);
              long charged = lease.chargedMicros() + (sums == null ? 0 : sums.chargedMicros);
              if (charged != settledMicros || charged > lease.keptMicros()) {
                outcome.mismatches++;
                LOG.error(
                    "Lease {} of {} micros: settlement says {} were charged, the sum here is {}",
                    id,
                    lease.keptMicros(),
                    settledMicros,
                    charged);
              }
              spend.commit(lease.of(), Math.min(0, charged - lease.keptMicros()));
              closing.add(lease);
            });
    return closing;
  }
}
