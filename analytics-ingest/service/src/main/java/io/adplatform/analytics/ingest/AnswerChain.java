package io.adplatform.analytics.ingest;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether messages of {@code settled} follow each other: each says which event it answers and
 * which the one before it in its partition did. Where they do not, a transaction of settlement was
 * lost. Topics without these headers have no chain. Of one thread.
 */
final class AnswerChain {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerChain.class);
  private static final String ANSWERED = "o";
  private static final String BEFORE = "p";

  private final IngestCounters counters;
  private final Map<Integer, Long> last = new HashMap<>();

  AnswerChain(IngestCounters counters) {
    this.counters = counters;
  }

  /** Knows of no message any more. */
  void clear() {
    last.clear();
  }

  /** Takes the next message of a partition. */
  void add(ConsumerRecord<byte[], byte[]> message) {
    Long answered = read(message, ANSWERED);
    if (answered == null) {
      return;
    }
    Long before = read(message, BEFORE);
    Long known = last.put(message.partition(), answered);
    if (before != null && known != null && !before.equals(known)) {
      counters.brokenChains.increment();
      LOG.error(
          "{}-{} offset {} follows the answer to event {}, but the one to {} stands before it:"
              + " answers are missing",
          message.topic(),
          message.partition(),
          message.offset(),
          before,
          known);
    }
  }

  private static Long read(ConsumerRecord<byte[], byte[]> message, String key) {
    Header header = message.headers().lastHeader(key);
    return header == null || header.value() == null || header.value().length != Long.BYTES
        ? null
        : ByteBuffer.wrap(header.value()).getLong();
  }
}
