package io.adplatform.settle;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@link Settlement} per partition of {@code events}, saved and restored with the job's
 * checkpoints.
 *
 * <p>Settled again from an older checkpoint, an event gives what it gave before, so what {@code
 * settled} already holds is not written twice: answers up to {@link SettledProgress} are left out.
 */
final class SettlementStep extends ProcessFunction<Event, Settled> implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(SettlementStep.class);

  /** One line of log for so many messages that cannot be read. */
  private static final long GARBAGE_LOG_SHARE = 1_000;

  /** Begins a state that names the topics it is of, {@code events} and {@code settled}. */
  private static final int TOPIC_IDS = -2;

  /** The same of a former release: {@code events} alone. */
  private static final int EVENTS_ID = -1;

  private final Properties kafka;
  private final String eventsTopic;
  private final String settledTopic;
  private final String noticesTopic;
  private final int maxAuctions;
  // Null is none.
  private final String acceptedSettled;

  private transient Map<Integer, Partition> partitions;
  private transient Map<Integer, Long> progress;
  // Of events that demand partners are told of; some of them have no answer in settled.
  private transient Map<Integer, Long> noticed;
  // Of events, when the state was made and now; null is not known.
  private transient Uuid savedTopicId;
  private transient Uuid topicId;
  // The same of settled.
  private transient Uuid savedSettledId;
  private transient Uuid settledId;
  private transient ListState<byte[]> saved;
  private transient UnsafeBuffer in;
  private transient UnsafeBuffer out;
  private transient Settled settled;
  private transient Partition current;
  private transient long garbage;
  private transient long lostBefore;

  SettlementStep(
      Properties kafka,
      String eventsTopic,
      String settledTopic,
      String noticesTopic,
      int maxAuctions,
      String acceptedSettled) {
    this.acceptedSettled = acceptedSettled;
    this.kafka = kafka;
    this.eventsTopic = eventsTopic;
    this.settledTopic = settledTopic;
    this.noticesTopic = noticesTopic;
    this.maxAuctions = maxAuctions;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    partitions = new HashMap<>();
    // Every subtask sees every partition's state, and the newest holds, however they are spread.
    saved =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>("partitions", BytePrimitiveArraySerializer.INSTANCE));
    if (context.isRestored()) {
      for (byte[] state : saved.get()) {
        ByteBuffer from = ByteBuffer.wrap(state);
        readTopicIds(from);
        Partition partition = Partition.read(from, maxAuctions);
        partitions.merge(
            partition.number, partition, (a, b) -> a.lastOffset >= b.lastOffset ? a : b);
      }
    }
  }

  @Override
  public void open(OpenContext context) throws Exception {
    in = new UnsafeBuffer(0, 0);
    out = new UnsafeBuffer(new byte[Settlement.MAX_ANSWER_LENGTH]);
    settled = new Settled();
    lostBefore = SettleMetrics.failedCommittables();
    // The sink stands behind this step and is open: its transactions are committed or aborted.
    progress = new SettledProgress(kafka, settledTopic).read();
    noticed = new SettledProgress(kafka, noticesTopic).read();
    requireEventsSettledBefore();
    EventsTopic topic = EventsTopic.read(kafka, settledTopic);
    settledId = topic.id();
    for (Partition partition : partitions.values()) {
      long committed = progress.getOrDefault(partition.number, SettledProgress.NOTHING);
      if (isGone(partition, topic)) {
        if (!SettledProgress.SettledLostException.name(settledId).equals(acceptedSettled)) {
          throw new SettledProgress.SettledLostException(settledTopic, savedSettledId, settledId);
        }
        // What the state has answered was told once, and is not told again.
        committed = Math.max(committed, partition.lastAnswered);
        progress.put(partition.number, committed);
      }
      if (committed != SettledProgress.UNKNOWN && committed < partition.lastAnswered) {
        throw new SettledProgress.OutputLostException(
            partition.number, partition.lastAnswered, committed);
      }
      partition.answeredBefore = committed;
    }
    LOG.info("settling from {}, settled holds {}", partitions.values(), progress);
  }

  /**
   * Whether the topic that the partition's answers went to is no more. Where nobody gives ids, it
   * holds nothing at all, not even what was left of an aborted transaction.
   */
  private boolean isGone(Partition partition, EventsTopic topic) {
    if (partition.lastAnswered == EventOffsetHeader.NONE) {
      return false;
    }
    return savedSettledId != null && topic.id() != null
        ? !savedSettledId.equals(topic.id())
        : topic.ends().getOrDefault(partition.number, 0L) == 0;
  }

  /**
   * What was settled of {@code events} has to be there still. Else new events stand at offsets that
   * were answered before, and would be taken for those.
   */
  private void requireEventsSettledBefore()
      throws InterruptedException, EventsTopic.EventsLostException {
    EventsTopic events = EventsTopic.read(kafka, eventsTopic);
    topicId = events.id();
    if (savedTopicId != null && topicId != null && !savedTopicId.equals(topicId)) {
      throw EventsTopic.EventsLostException.madeAnew(eventsTopic, savedTopicId, topicId);
    }
    for (Map.Entry<Integer, Long> end : events.ends().entrySet()) {
      int number = end.getKey();
      Partition partition = partitions.get(number);
      long settled =
          Math.max(
              progress.getOrDefault(number, SettledProgress.NOTHING),
              partition == null ? SettledProgress.NOTHING : partition.lastOffset);
      if (end.getValue() <= settled) {
        throw EventsTopic.EventsLostException.cutOff(eventsTopic, number, end.getValue(), settled);
      }
    }
  }

  @Override
  public void processElement(Event event, Context context, Collector<Settled> collector)
      throws EventsTopic.EventsLostException {
    Partition partition = partition(event.partition);
    if (event.offset <= partition.lastOffset) {
      // The source went back to the beginning, as it does where its offset is gone.
      throw EventsTopic.EventsLostException.cutOff(
          eventsTopic, event.partition, event.offset, partition.lastOffset);
    }
    lookForGap(partition, event);
    in.wrap(event.value);
    int length = partition.settlement.settle(in, 0, event.value.length, event.appendedMillis, out);
    partition.lastOffset = event.offset;
    count(partition.settlement.verdict(), event);
    collectNotices(partition, event, collector);
    if (length == 0) {
      return;
    }
    // Where no state was left, settled itself says what came before.
    long previous = Math.max(partition.lastAnswered, partition.answeredBefore);
    partition.lastAnswered = event.offset;
    if (event.offset <= partition.answeredBefore) {
      SettleCounters.INSTANCE.leftOut();
      return;
    }
    settled.notice = false;
    settled.partition = event.partition;
    settled.eventOffset = event.offset;
    settled.previousOffset = Math.max(EventOffsetHeader.NONE, previous);
    settled.value = new byte[length];
    out.getBytes(0, settled.value);
    collector.collect(settled);
  }

  /** In the one transaction with the answer: what either topic holds was told before. */
  private void collectNotices(Partition partition, Event event, Collector<Settled> collector) {
    List<byte[]> notices = partition.settlement.notices();
    long before =
        Math.max(
            partition.answeredBefore,
            noticed.getOrDefault(event.partition, SettledProgress.NOTHING));
    if (notices.isEmpty() || event.offset <= before) {
      return;
    }
    settled.notice = true;
    settled.partition = event.partition;
    settled.eventOffset = event.offset;
    settled.previousOffset = EventOffsetHeader.NONE;
    for (byte[] notice : notices) {
      settled.value = notice;
      collector.collect(settled);
    }
  }

  /**
   * Offsets of {@code events} are dense, for nobody writes there in transactions: what is missing
   * was deleted before it was settled.
   */
  private static void lookForGap(Partition partition, Event event) {
    long expected = Math.max(partition.lastOffset, partition.answeredBefore) + 1;
    boolean known = partition.lastOffset >= 0 || partition.answeredBefore >= 0;
    if (event.offset > expected && (known || partition.answeredBefore == SettledProgress.NOTHING)) {
      SettleCounters.INSTANCE.missing(event.offset - expected);
      LOG.error(
          "events are gone that were never settled: partition {}, offsets {} to {}",
          event.partition,
          expected,
          event.offset - 1);
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    long lost = SettleMetrics.failedCommittables();
    if (lost > lostBefore) {
      // The sink logs it and goes on; started again, the step finds what settled lacks.
      throw new IllegalStateException("a transaction of settled was not committed");
    }
    saved.clear();
    long auctions = 0;
    long leases = 0;
    long dropped = 0;
    for (Partition partition : partitions.values()) {
      saved.add(withTopicIds(partition.write()));
      auctions += partition.settlement.auctionsHeld();
      leases += partition.settlement.leasesHeld();
      dropped += partition.settlement.noticesDropped();
    }
    SettleCounters.INSTANCE.noticesDropped(dropped);
    SettleCounters.INSTANCE.held(auctions, leases);
  }

  /** In front of the partition's number, which is not negative. */
  private byte[] withTopicIds(byte[] state) {
    ByteBuffer with =
        ByteBuffer.allocate(Integer.BYTES + 4 * Long.BYTES + state.length).putInt(TOPIC_IDS);
    putId(with, topicId);
    putId(with, settledId);
    return with.put(state).array();
  }

  private static void putId(ByteBuffer to, Uuid id) {
    Uuid known = id == null ? Uuid.ZERO_UUID : id;
    to.putLong(known.getMostSignificantBits()).putLong(known.getLeastSignificantBits());
  }

  /** Unknown where a former release wrote the state, or brokers gave no ids. */
  private void readTopicIds(ByteBuffer from) {
    savedTopicId = null;
    savedSettledId = null;
    int begin = from.getInt(from.position());
    if (begin == TOPIC_IDS || begin == EVENTS_ID) {
      from.getInt();
      savedTopicId = readId(from);
    }
    if (begin == TOPIC_IDS) {
      savedSettledId = readId(from);
    }
  }

  private static Uuid readId(ByteBuffer from) {
    Uuid id = new Uuid(from.getLong(), from.getLong());
    return id.equals(Uuid.ZERO_UUID) ? null : id;
  }

  private Partition partition(int number) {
    if (current == null || current.number != number) {
      current = partitions.get(number);
      if (current == null) {
        current = new Partition(number, maxAuctions);
        current.answeredBefore = progress.getOrDefault(number, SettledProgress.NOTHING);
        partitions.put(number, current);
      }
    }
    return current;
  }

  private void count(Verdict verdict, Event event) {
    SettleCounters.INSTANCE.count(verdict);
    if (verdict == Verdict.GARBAGE && garbage++ % GARBAGE_LOG_SHARE == 0) {
      LOG.warn(
          "passed over a message that cannot be read: partition {}, offset {}, {} bytes",
          event.partition,
          event.offset,
          event.value.length);
    }
  }

  /** A partition's settlement and how far it has come. */
  private static final class Partition {
    private final int number;
    private final Settlement settlement;
    private long lastOffset = EventOffsetHeader.NONE;
    // Of the last event that has an answer.
    private long lastAnswered = EventOffsetHeader.NONE;
    private long answeredBefore = SettledProgress.NOTHING;

    Partition(int number, int maxAuctions) {
      this.number = number;
      this.settlement = new Settlement(maxAuctions);
    }

    byte[] write() {
      byte[] state = settlement.write();
      return ByteBuffer.allocate(Integer.BYTES + 2 * Long.BYTES + state.length)
          .putInt(number)
          .putLong(lastOffset)
          .putLong(lastAnswered)
          .put(state)
          .array();
    }

    static Partition read(ByteBuffer from, int maxAuctions) {
      Partition partition = new Partition(from.getInt(), maxAuctions);
      partition.lastOffset = from.getLong();
      partition.lastAnswered = from.getLong();
      partition.settlement.read(from);
      return partition;
    }

    @Override
    public String toString() {
      return number + "@" + lastOffset;
    }
  }
}
