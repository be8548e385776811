package io.adplatform.analytics.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.analytics.collect.TestTokens;
import io.adplatform.runtime.config.JournalConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.EventPartition;
import io.adplatform.wire.sbe.JournalMarkDecoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SignalDecoder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beacons through a hot node, its journal and the shipper into a real Kafka. */
class CollectionTest {
  private static final int PARTITIONS = 4;
  private static final int NODE = 3;
  private static final int BEACONS = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final KafkaConfig kafka = new KafkaConfig(TestKafka.bootstrapServers(), PARTITIONS);
  private final HttpClient client = HttpClient.newHttpClient();
  private final Events events = new Events();

  @Test
  void shouldShipEveryBeaconWithMarksBehindItAcrossRestartsAndABrokerThatDies() throws Exception {
    Set<Long> answered = new TreeSet<>();
    try (HotNode node = HotNode.start(config(), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS)) {
      int port = node.listen();
      fire(port, 1, answered);
      await(() -> events.read().auctions.containsAll(answered));
      long shippedBy = System.currentTimeMillis();
      await(() -> events.read().leastMark(NODE) >= shippedBy);
      assertTrue(collection != null);
    }
    try (HotNode node = HotNode.start(config(), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS)) {
      int port = node.listen();
      fire(port, 1 + BEACONS, answered);
      ProcessHandle.of(TestKafka.server().process().pid())
          .ifPresent(ProcessHandle::destroyForcibly);
      fire(port, 1 + 2 * BEACONS, answered);
      await(() -> events.read().auctions.containsAll(answered));
      long shippedBy = System.currentTimeMillis();
      await(() -> events.read().leastMark(NODE) >= shippedBy);
      assertTrue(collection != null);
    }
    assertEquals(3 * BEACONS, answered.size());
    assertEquals(answered, new TreeSet<>(events.auctions));
    assertEquals(List.of(), events.misplaced);
    assertEquals(List.of(), events.behindTheirMark);
    assertEquals(Set.of(NODE), events.nodes);
  }

  @Test
  void shouldSendTheMarksOfANodeThatRanOnItsFolderBefore() throws Exception {
    int former = 4;
    try (HotNode node = HotNode.start(config(former), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS)) {
      node.listen();
      await(() -> events.read().leastMark(former) > 0);
      assertTrue(collection != null);
    }
    try (HotNode node = HotNode.start(config(5), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS)) {
      node.listen();
      long since = System.currentTimeMillis();
      await(() -> events.read().leastMark(former) >= since);
      assertTrue(collection != null);
    }
  }

  private NodeConfig config() {
    return config(NODE);
  }

  private NodeConfig config(int nodeId) {
    URI url = URI.create("http://localhost:8080");
    return new NodeConfig(nodeId, folder, "127.0.0.1", 0, url, false, JournalConfig.standard());
  }

  private void fire(int port, long from, Set<Long> answered) {
    LongStream.range(from, from + BEACONS)
        .forEach(
            auction -> {
              URI uri =
                  URI.create("http://127.0.0.1:" + port + "/e/imp/" + TestTokens.valid(auction));
              if (status(uri) == 200) {
                answered.add(auction);
              }
            });
  }

  private int status(URI uri) {
    try {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within " + PATIENCE);
    }
  }

  /** What the topic holds, read from its beginning each time. */
  private final class Events {
    private Set<Long> auctions = new HashSet<>();
    private Set<Integer> nodes = new HashSet<>();
    private List<Long> misplaced = new ArrayList<>();
    private List<Long> behindTheirMark = new ArrayList<>();
    private Map<Integer, Map<Integer, Long>> marksByNode = new HashMap<>();

    Events read() {
      auctions = new HashSet<>();
      nodes = new HashSet<>();
      misplaced = new ArrayList<>();
      behindTheirMark = new ArrayList<>();
      marksByNode = new HashMap<>();
      try (Consumer<byte[], byte[]> consumer = KafkaClients.openConsumer(kafka, "test")) {
        List<TopicPartition> partitions =
            IntStream.range(0, PARTITIONS)
                .mapToObj(i -> new TopicPartition(KafkaTopics.EVENTS, i))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
          consumer.poll(Duration.ofMillis(100)).forEach(this::take);
        }
      }
      return this;
    }

    long leastMark(int nodeId) {
      Map<Integer, Long> marks = marksByNode.getOrDefault(nodeId, Map.of());
      return marks.size() < PARTITIONS
          ? 0
          : marks.values().stream().mapToLong(Long::longValue).min().orElseThrow();
    }

    private void take(ConsumerRecord<byte[], byte[]> message) {
      UnsafeBuffer buffer = new UnsafeBuffer(message.value());
      int node = EventEnvelope.nodeId(buffer, 0);
      Map<Integer, Long> marks = marksByNode.computeIfAbsent(node, key -> new HashMap<>());
      MessageHeaderDecoder header = new MessageHeaderDecoder();
      header.wrap(buffer, EventEnvelope.LENGTH);
      if (header.templateId() == JournalMarkDecoder.TEMPLATE_ID) {
        JournalMarkDecoder mark =
            new JournalMarkDecoder().wrapAndApplyHeader(buffer, EventEnvelope.LENGTH, header);
        marks.merge(message.partition(), mark.shippedUpToMillis(), Math::max);
        return;
      }
      SignalDecoder signal =
          new SignalDecoder().wrapAndApplyHeader(buffer, EventEnvelope.LENGTH, header);
      nodes.add(node);
      boolean first = auctions.add(signal.auctionLo());
      if (EventPartition.of(signal.leaseId(), PARTITIONS) != message.partition()) {
        misplaced.add(signal.auctionLo());
      }
      if (first && signal.receivedMillis() < marks.getOrDefault(message.partition(), 0L)) {
        behindTheirMark.add(signal.auctionLo());
      }
    }
  }
}
