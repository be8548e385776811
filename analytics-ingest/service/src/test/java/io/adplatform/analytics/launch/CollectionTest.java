package io.adplatform.analytics.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.adplatform.analytics.collect.TestTokens;
import io.adplatform.runtime.config.JournalConfig;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.storage.lease.NodeRegistration;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.wire.event.EventEnvelope;
import io.adplatform.wire.event.EventPartition;
import io.adplatform.wire.sbe.JournalMarkDecoder;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SignalDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beacons through a hot node, its journal and the shipper into a real Kafka. */
class CollectionTest {
  private static final int PARTITIONS = 4;
  private static final int NODE = 3;
  private static final int BEACONS = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(180);
  private static final Duration GRACE = Duration.ofSeconds(3);

  @TempDir Path folder;

  private final KafkaConfig kafka = new KafkaConfig(TestKafka.bootstrapServers(), PARTITIONS);
  private final HttpClient client = HttpClient.newHttpClient();
  private final Events events = new Events();
  private final Billing billing = new Billing();

  @AfterEach
  void close() {
    billing.server.stop(0);
  }

  @Test
  void shouldShipEveryBeaconWithMarksBehindItAcrossRestartsAndABrokerThatDies() throws Exception {
    Set<Long> answered = new TreeSet<>();
    try (HotNode node = HotNode.start(config(), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS, this::register)) {
      int port = listen(node);
      fire(port, 1, answered);
      await(() -> events.read().auctions.containsAll(answered));
      long shippedBy = System.currentTimeMillis();
      await(() -> events.read().leastMark(NODE) >= shippedBy);
      assertTrue(collection != null);
    }
    try (HotNode node = HotNode.start(config(), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS, this::register)) {
      int port = listen(node);
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
  void shouldTakeNoBeaconBeforeBillingServiceAwaitsIt() throws Exception {
    billing.refuses = true;
    long since = System.currentTimeMillis();
    try (HotNode node = HotNode.start(config(), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS, this::register)) {
      int port = node.listen();
      URI ready = URI.create("http://127.0.0.1:" + port + "/readyz");
      await(() -> billing.asked.get() > 2);
      assertEquals(503, status(beacon(port, 1)));
      assertEquals(503, status(ready));
      billing.refuses = false;
      await(() -> status(ready) == 200);
      assertEquals(200, status(beacon(port, 2)));
      // The topic may have older ones, of another folder.
      await(() -> events.read().leastMark(NODE) >= since);
      assertTrue(collection != null);
    }
    billing.refuses = true;
    long began = System.nanoTime();
    try (HotNode node = HotNode.start(config(), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS, this::register)) {
      int port = node.listen();
      int first = status(beacon(port, 3));
      boolean inGrace = System.nanoTime() - began < GRACE.toNanos();
      assertTrue(first == 503 || !inGrace, "within its grace it answers " + first);
      await(() -> status(beacon(port, 4)) == 200);
      assertTrue(billing.refuses && billing.asked.get() > 3, "its marks were sent before");
      assertTrue(collection != null);
    }
  }

  @Test
  void shouldSendTheMarksOfANodeThatRanOnItsFolderBefore() throws Exception {
    int former = 4;
    try (HotNode node = HotNode.start(config(former), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS, this::register)) {
      node.listen();
      await(() -> events.read().leastMark(former) > 0);
      assertTrue(collection != null);
    }
    try (HotNode node = HotNode.start(config(5), LaneConfig.laptop());
        Collection collection = Collection.start(node, kafka, TestTokens.KEYS, this::register)) {
      node.listen();
      long since = System.currentTimeMillis();
      await(() -> events.read().leastMark(former) >= since);
      assertTrue(collection != null);
    }
  }

  private NodeRegistration register(boolean known) {
    return NodeRegistration.start(billing.address(), "key", NODE, known, GRACE);
  }

  private static URI beacon(int port, long auction) {
    return URI.create("http://127.0.0.1:" + port + "/e/imp/" + TestTokens.valid(auction));
  }

  private NodeConfig config() {
    return config(NODE);
  }

  private NodeConfig config(int nodeId) {
    URI url = URI.create("http://localhost:8080");
    return new NodeConfig(nodeId, folder, "127.0.0.1", 0, url, false, JournalConfig.standard());
  }

  /** Until it takes beacons: billing-service has answered then. */
  private int listen(HotNode node) {
    int port = node.listen();
    await(() -> status(URI.create("http://127.0.0.1:" + port + "/readyz")) == 200);
    return port;
  }

  private void fire(int port, long from, Set<Long> answered) {
    LongStream.range(from, from + BEACONS)
        .forEach(
            auction -> {
              if (status(beacon(port, auction)) == 200) {
                answered.add(auction);
              }
            });
  }

  private int status(URI uri) {
    try {
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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

  /** Answers registrations, or is as good as away. */
  private static final class Billing {
    private final AtomicInteger asked = new AtomicInteger();
    private final HttpServer server;
    private volatile boolean refuses;

    Billing() {
      try {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server.createContext("/internal/v1/nodes/" + NODE + "/register", this::answer);
      server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
      try (exchange) {
        asked.incrementAndGet();
        exchange.sendResponseHeaders(refuses ? 503 : 200, -1);
      }
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
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
