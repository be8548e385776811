package io.adplatform.analytics.notice;

import io.adplatform.analytics.ingest.Ingest;
import io.adplatform.runtime.api.ApiServer;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.kafka.KafkaClients;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the notices of {@code partner-notices}, as one of a group that all nodes share: at least
 * once, until a partner answers with 200 or 204, with back-off over an hour. A partition's offset
 * is committed up to its oldest notice that is not done, so that whoever takes it over sends some
 * of them again: receivers are idempotent (OpenRTB 2.6, 7.8).
 */
public final class NoticeSender implements AutoCloseable {
  /** How long a notice is tried; at least one attempt is made, however old it is. */
  static final Duration LASTING = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(NoticeSender.class);
  private static final String GROUP = "partner-notices";
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final long COMMIT_MILLIS = 1_000;
  private static final long MAX_BACKOFF_MILLIS = 600_000;
  private static final int MAX_DOUBLINGS = 20;
  private static final int MAX_POLLED = 200;

  /** Calls at a time, to all partners. */
  private static final int MAX_IN_FLIGHT = 256;

  /** What waits for partners that answer, above which no more is read. */
  private static final int MAX_BACKLOG = 2_000;

  /** Notices in memory, above which those for partners that do not answer are given up. */
  private static final int MAX_HELD = 32_768;

  private static final long CLOSE_MILLIS = 10_000;

  private record Ended(PendingNotice notice, NoticeCall.Answer answer) {}

  /** One partition's notices that are not done, by offset. */
  private static final class Progress {
    private final TreeMap<Long, PendingNotice> open = new TreeMap<>();
    private long next;
    private long committed = -1;

    long done() {
      return open.isEmpty() ? next : open.firstKey();
    }
  }

  private final KafkaConfig kafka;
  private final String topic;
  private final long firstBackoffMillis;
  private final NoticeLog log;
  private final NoticeCall call;
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private final ConcurrentLinkedQueue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final Map<NoticeOutcome, AtomicLong> outcomes = new EnumMap<>(NoticeOutcome.class);
  private final Thread thread = new Thread(this::run, "partner-notices");
  private volatile boolean closed;
  private volatile Consumer<byte[], byte[]> consumer;

  // Of the thread alone.
  private final Map<TopicPartition, Progress> partitions = new HashMap<>();
  private final Map<Long, PartnerQueue> partners = new HashMap<>();
  private int inFlight;
  private int held;
  private long committedMillis;

  private NoticeSender(
      KafkaConfig kafka,
      String topic,
      long firstBackoffMillis,
      Ingest ingest,
      MeterRegistry meters) {
    this.kafka = kafka;
    this.topic = topic;
    this.firstBackoffMillis = firstBackoffMillis;
    this.log = new NoticeLog(ingest.database());
    this.call = new NoticeCall(new NoticeTargets(ingest::current));
    for (NoticeOutcome outcome : NoticeOutcome.values()) {
      AtomicLong count = new AtomicLong();
      outcomes.put(outcome, count);
      io.micrometer.core.instrument.FunctionCounter.builder(
              "adplatform.partner.notices", count, AtomicLong::doubleValue)
          .tag("outcome", outcome.name())
          .description("Attempts to tell demand partners of their bids")
          .register(meters);
    }
    thread.setDaemon(true);
  }

  /**
   * Starts sending, and mounts what shows it; returns at once.
   *
   * @param topic usually {@code KafkaTopics.PARTNER_NOTICES}
   * @param firstBackoff between the first attempt and the second; each further one is twice as
   *     long, ten minutes at most
   * @param ingest whose tables and catalogue are used; it is to be closed after this
   */
  public static NoticeSender start(
      KafkaConfig kafka,
      String topic,
      Duration firstBackoff,
      Ingest ingest,
      ApiServer.Builder api,
      MeterRegistry meters) {
    NoticeSender sender = new NoticeSender(kafka, topic, firstBackoff.toMillis(), ingest, meters);
    api.operation("listAuctionNotices", new NoticesHandler(ingest.database()));
    sender.thread.start();
    return sender;
  }

  private void run() {
    Map<String, ?> overrides =
        Map.of(
            ConsumerConfig.GROUP_ID_CONFIG,
            GROUP + "." + topic,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            MAX_POLLED);
    try (Consumer<byte[], byte[]> opened =
        KafkaClients.openConsumer(kafka, "partner-notices", overrides)) {
      consumer = opened;
      opened.subscribe(List.of(topic), new Rebalance());
      boolean troubled = false;
      while (!closed) {
        try {
          work(opened);
          troubled = false;
        } catch (WakeupException e) {
          // Only close() wakes it, and the loop's condition sees that.
        } catch (InterruptException e) {
          closed = true;
        } catch (KafkaException e) {
          if (!troubled) {
            troubled = true;
            LOG.warn("Partners' notices cannot be read now, trying again: {}", e.toString());
          }
          pause();
        }
      }
      log.flush(true);
      commitLast(opened, partitions);
    } catch (RuntimeException e) {
      LOG.error("Partners' notices are sent no more", e);
    }
  }

  private void work(Consumer<byte[], byte[]> from) {
    int backlog = partners.values().stream().mapToInt(PartnerQueue::backlog).sum();
    if (backlog > MAX_BACKLOG) {
      from.pause(from.assignment());
    } else {
      from.resume(from.paused());
    }
    long nowMillis = System.currentTimeMillis();
    for (ConsumerRecord<byte[], byte[]> record : from.poll(POLL)) {
      take(record, nowMillis);
    }
    for (Ended one = ended.poll(); one != null; one = ended.poll()) {
      end(one);
    }
    sendDue(System.currentTimeMillis());
    log.flush(false);
    if (nowMillis - committedMillis >= COMMIT_MILLIS) {
      committedMillis = nowMillis;
      commit(from, partitions);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record, long nowMillis) {
    Progress progress =
        partitions.computeIfAbsent(
            new TopicPartition(record.topic(), record.partition()), key -> new Progress());
    progress.next = record.offset() + 1;
    PendingNotice notice =
        PendingNotice.read(
            record.partition(),
            record.offset(),
            record.value(),
            record.timestamp() + LASTING.toMillis());
    if (notice == null) {
      return;
    }
    PartnerQueue queue =
        partners.computeIfAbsent(notice.demandPartnerId, key -> new PartnerQueue());
    if (!queue.hasRoom() || held >= MAX_HELD && queue.isFailing()) {
      note(notice, NoticeOutcome.OVERFLOWED, 0, 0);
      return;
    }
    held++;
    progress.open.put(notice.offset, notice);
    notice.dueMillis = nowMillis;
    queue.add(notice);
  }

  private void sendDue(long nowMillis) {
    for (PartnerQueue queue : partners.values()) {
      while (inFlight < MAX_IN_FLIGHT) {
        PendingNotice next = queue.poll(nowMillis);
        if (next == null) {
          break;
        }
        inFlight++;
        next.attempts++;
        calls.execute(() -> attempt(next));
      }
    }
  }

  /** On a virtual thread. */
  private void attempt(PendingNotice notice) {
    NoticeCall.Answer answer = new NoticeCall.Answer(0, false, 0);
    try {
      answer = call.call(notice.url, notice.demandPartnerId);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended.add(new Ended(notice, answer));
    }
  }

  private void end(Ended one) {
    PendingNotice notice = one.notice();
    NoticeCall.Answer answer = one.answer();
    long nowMillis = System.currentTimeMillis();
    inFlight--;
    PartnerQueue queue = partners.get(notice.demandPartnerId);
    queue.ended(answer.isTaken() || answer.refused(), nowMillis);
    long backoff =
        Math.min(
            MAX_BACKOFF_MILLIS, firstBackoffMillis << Math.min(MAX_DOUBLINGS, notice.attempts - 1));
    NoticeOutcome outcome;
    if (answer.isTaken()) {
      outcome = NoticeOutcome.SENT;
    } else if (answer.refused()) {
      outcome = NoticeOutcome.REFUSED;
    } else {
      boolean again = nowMillis + backoff <= notice.lastMillis;
      outcome = again ? NoticeOutcome.FAILED : NoticeOutcome.GIVEN_UP;
    }
    note(notice, outcome, answer.status(), answer.tookMillis());
    Progress progress = partitions.get(new TopicPartition(topic, notice.partition));
    boolean ours = progress != null && progress.open.get(notice.offset) == notice;
    if (ours && outcome == NoticeOutcome.FAILED) {
      notice.dueMillis = nowMillis + backoff;
      queue.add(notice);
      return;
    }
    held--;
    if (ours) {
      progress.open.remove(notice.offset);
    }
    if (queue.isIdle() && !queue.isFailing()) {
      partners.remove(notice.demandPartnerId);
    }
  }

  private void note(PendingNotice notice, NoticeOutcome outcome, int status, long tookMillis) {
    outcomes.get(outcome).incrementAndGet();
    log.add(notice, outcome, status, System.currentTimeMillis(), tookMillis);
  }

  private static void commit(
      Consumer<byte[], byte[]> from, Map<TopicPartition, Progress> partitions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    partitions.forEach(
        (partition, progress) -> {
          if (progress.done() != progress.committed) {
            offsets.put(partition, new OffsetAndMetadata(progress.done()));
          }
        });
    if (!offsets.isEmpty()) {
      from.commitSync(offsets);
      offsets.forEach((partition, offset) -> partitions.get(partition).committed = offset.offset());
    }
  }

  /** What cannot be committed now is sent again by whoever is next. */
  private static void commitLast(
      Consumer<byte[], byte[]> from, Map<TopicPartition, Progress> partitions) {
    try {
      commit(from, partitions);
    } catch (KafkaException e) {
      LOG.debug("offsets are not committed: {}", e.toString());
    }
  }

  private void pause() {
    try {
      Thread.sleep(RETRY);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /** Ends the thread; what is not done is sent by whoever takes its partitions over. */
  @Override
  public void close() {
    closed = true;
    Consumer<byte[], byte[]> open = consumer;
    if (open != null) {
      open.wakeup();
    }
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    calls.shutdownNow();
    call.close();
  }

  /** What another node sends from here on is not tried again by this one. */
  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
      Map<TopicPartition, Progress> left = new HashMap<>(partitions);
      left.keySet().retainAll(revoked);
      commitLast(consumer, left);
      onPartitionsLost(revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
      partitions.keySet().removeAll(lost);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {}
  }
}
