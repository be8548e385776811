package io.adplatform.analytics.explain;

import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueCodec;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.LineItem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * The catalogue as it was at past versions, rebuilt from the topics: {@code catalogue-log} has
 * every document of the last days, {@code catalogue} those that have not changed for longer. A
 * document that was replaced in the last days by a newer one, and was itself written before the log
 * begins, is gone: then what depended on it is not explained. The last few versions are kept.
 * Thread-safe; one version is rebuilt at a time.
 */
final class CatalogueHistory {
  /** A snapshot of a large catalogue takes hundreds of megabytes: few fit. */
  private static final int KEPT = 3;

  private static final Duration POLL = Duration.ofMillis(200);
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final KafkaConfig config;
  private final CreativeCompiler creatives;

  /** The last used first. */
  private final Deque<Kept> kept = new ArrayDeque<>();

  /** A version as it was at any time of a span in which nothing of it ended. */
  private record Kept(long version, Span span, CatalogueSnapshot snapshot) {}

  /** From the last end of a flight before a time to the first after it. */
  private static final class Span {
    private final long atMillis;
    private long fromMillis = Long.MIN_VALUE;
    private long untilMillis = Long.MAX_VALUE;

    Span(long atMillis) {
      this.atMillis = atMillis;
    }

    void add(Instant end) {
      if (end != null && end.toEpochMilli() <= atMillis) {
        fromMillis = Math.max(fromMillis, end.toEpochMilli());
      } else if (end != null) {
        untilMillis = Math.min(untilMillis, end.toEpochMilli());
      }
    }

    boolean holds(long millis) {
      return fromMillis <= millis && millis < untilMillis;
    }
  }

  /**
   * @param creatives prepares creatives; what it makes of them is not read here
   */
  CatalogueHistory(KafkaConfig config, CreativeCompiler creatives) {
    this.config = config;
    this.creatives = creatives;
  }

  /**
   * The catalogue at a version.
   *
   * @param version of an auction
   * @param atMillis when the auction was: what was over by then is left out
   * @return null where it cannot be read now
   */
  synchronized CatalogueSnapshot at(long version, long atMillis) {
    for (Kept known : kept) {
      if (known.version == version && known.span.holds(atMillis)) {
        kept.remove(known);
        kept.addFirst(known);
        return known.snapshot;
      }
    }
    Span span = new Span(atMillis);
    CatalogueCompiler compiler = new CatalogueCompiler(creatives);
    try (Consumer<byte[], byte[]> consumer = KafkaClients.openConsumer(config, "explain")) {
      long deadline = System.nanoTime() + LIMIT_NANOS;
      for (String topic : List.of(KafkaTopics.CATALOGUE, KafkaTopics.CATALOGUE_LOG)) {
        if (!read(consumer, new TopicPartition(topic, 0), version, compiler, span, deadline)) {
          return null;
        }
      }
    } catch (KafkaException e) {
      return null;
    }
    CatalogueSnapshot snapshot = compiler.compile(atMillis);
    kept.addFirst(new Kept(version, span, snapshot));
    if (kept.size() > KEPT) {
      kept.removeLast();
    }
    return snapshot;
  }

  /**
   * Applies all of a topic up to a version; false where that was not reached in time. The log is in
   * the order of versions; where it was told some again, they are not newer than what came before.
   */
  private static boolean read(
      Consumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long version,
      CatalogueCompiler compiler,
      Span span,
      long deadlineNanos) {
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    while (consumer.position(partition) < end) {
      if (System.nanoTime() - deadlineNanos > 0) {
        return false;
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        boolean later = !apply(record, version, compiler, span);
        if (later && partition.topic().equals(KafkaTopics.CATALOGUE_LOG)) {
          return true;
        }
      }
    }
    return true;
  }

  /** Applies a document; false where it is later than the version. */
  private static boolean apply(
      ConsumerRecord<byte[], byte[]> record, long version, CatalogueCompiler compiler, Span span) {
    Header header = record.headers().lastHeader("v");
    if (header == null || header.value().length != Long.BYTES || record.key() == null) {
      return true;
    }
    long recordVersion = ByteBuffer.wrap(header.value()).getLong();
    if (recordVersion > version) {
      return false;
    }
    try {
      CatalogueKey key = CatalogueKey.parse(new String(record.key(), StandardCharsets.UTF_8));
      CatalogueEntity entity =
          record.value() == null ? null : CatalogueCodec.read(key.kind(), record.value());
      compiler.apply(key, entity, recordVersion);
      if (entity instanceof LineItem lineItem) {
        span.add(lineItem.endAt());
      } else if (entity instanceof Campaign campaign) {
        span.add(campaign.endAt());
      }
    } catch (IllegalArgumentException | java.io.UncheckedIOException e) {
      // A document of a kind that this release does not know takes no part in its auctions either.
    }
    return true;
  }
}
