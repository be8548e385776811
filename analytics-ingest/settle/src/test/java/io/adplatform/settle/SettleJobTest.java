package io.adplatform.settle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.settle.Events.Beacon;
import io.adplatform.testkit.server.TestKafka;
import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import io.adplatform.wire.sbe.SignalKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettleJobTest {
  private static final int PARTITIONS = 3;
  private static final int BATCH = 4_000;
  private static final long LEASE_AMOUNT = 1_000_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  @TempDir Path folder;

  private String prefix;
  private final long[] positions = new long[PARTITIONS];
  private long auctions;

  @BeforeEach
  void createTopics() {
    prefix = TestKafka.freshPrefix();
    TestKafka.createTopic(prefix + "events", PARTITIONS, Map.of());
    TestKafka.createTopic(prefix + "settled", PARTITIONS, Map.of());
    TestKafka.createTopic(prefix + "notices", PARTITIONS, Map.of());
  }

  @Test
  void shouldTellPartnersOnceAcrossKillsPoint27() throws Exception {
    try (SettleProcess job = start()) {
      job.awaitReady();
      sendPartnerBids(0, 100);
      awaitNotices(150);
      job.kill();
    }
    // Without a checkpoint all of it is settled again, and left out.
    empty(folder);
    sendPartnerBids(100, 50);
    try (SettleProcess job = start()) {
      job.awaitReady();
      Set<String> told = new HashSet<>(awaitNotices(225));
      assertEquals(225, told.size());
      job.kill();
    }
  }

  /** Bids, of which even ones win and are charged, odd ones lose. */
  private void sendPartnerBids(int from, int count) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", TestKafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int auction = from; auction < from + count; auction++) {
        int partition = auction % PARTITIONS;
        boolean wins = auction % 2 == 0;
        PartnerBids.Bid bid =
            PartnerBids.Bid.of(auction)
                .lost(wins ? 0 : 102)
                .urls("http://d/n" + auction, "http://d/b" + auction, "http://d/l" + auction);
        String topic = prefix + "events";
        positions[partition] += 160;
        producer.send(new ProducerRecord<>(topic, partition, null, bid.at(positions[partition])));
        List<SignalKind> signals =
            wins ? List.of(SignalKind.WIN, SignalKind.IMPRESSION, SignalKind.CLICK) : List.of();
        for (SignalKind kind : signals) {
          positions[partition] += 160;
          byte[] signal =
              Events.signal(
                  Beacon.of(kind, auction), Events.NODE, Events.RECORDING, positions[partition]);
          producer.send(
              new ProducerRecord<>(
                  topic, partition, null, Events.partners(signal, PartnerBids.PARTNER, 0)));
        }
      }
    }
  }

  private List<String> awaitNotices(int expected) {
    List<String> all = new ArrayList<>();
    read("notices", expected).forEach(message -> all.add(PartnerBids.text(message.value())));
    assertEquals(expected, all.size());
    return all;
  }

  @Test
  void shouldSettleEachEventOnceAcrossKills() throws Exception {
    try (SettleProcess job = start()) {
      job.awaitReady();
      send(BATCH);
      awaitCommitted(1);
      send(BATCH);
      job.kill();
    }
    send(BATCH);
    try (SettleProcess job = start()) {
      job.awaitReady();
      send(BATCH);
      job.kill();
    }
    try (SettleProcess job = start()) {
      job.awaitReady();
      assertSettledOnce();
      job.kill();
    }
  }

  @Test
  void shouldSettleNothingAgainWhenEveryCheckpointIsLost() throws Exception {
    try (SettleProcess job = start()) {
      job.awaitReady();
      send(BATCH);
      awaitCommitted(BATCH);
      job.kill();
    }
    empty(folder);
    send(BATCH);
    try (SettleProcess job = start()) {
      job.awaitReady();
      assertSettledOnce();
      assertTrue(job.metric("adplatform_settle_answers_left_out_total") >= BATCH);
      job.kill();
    }
  }

  @Test
  void shouldPassOverADamagedCheckpoint() throws Exception {
    try (SettleProcess job = start()) {
      job.awaitReady();
      send(BATCH);
      awaitCommitted(BATCH);
      job.kill();
    }
    Path newest = new CheckpointStore(folder).newest().orElseThrow();
    byte[] metadata = Files.readAllBytes(newest.resolve("_metadata"));
    Files.write(newest.resolve("_metadata"), java.util.Arrays.copyOf(metadata, 20));
    send(BATCH);
    try (SettleProcess job = start()) {
      job.awaitReady();
      assertSettledOnce();
      job.kill();
    }
  }

  @Test
  void shouldSettleAgainWhatACheckpointClaimsButSettledDoesNotHold() throws Exception {
    try (SettleProcess job = start()) {
      job.awaitReady();
      send(BATCH);
      awaitCommitted(BATCH);
      job.kill();
    }
    // The same state beside a topic in which its transactions were aborted.
    forgetSettledId(topicId("events"));
    String lost = prefix;
    prefix = TestKafka.freshPrefix();
    TestKafka.createTopic(prefix + "settled", PARTITIONS, Map.of());
    abortTransaction();
    try (SettleProcess job = startBeside(lost)) {
      job.awaitReady();
      awaitCommitted(BATCH);
      assertTrue(job.metric("adplatform_settle_checkpoints_set_aside_total") > 0);
      assertSettledOnce();
      job.kill();
    }
  }

  @Test
  void shouldTellNothingAgainWhereSettledWasMadeAnew() throws Exception {
    try (SettleProcess job = start()) {
      job.awaitReady();
      send(BATCH);
      awaitCommitted(BATCH);
      job.kill();
    }
    Path newest = new CheckpointStore(folder).newest().orElseThrow();
    Uuid eventsId = topicId("events");
    String lost = prefix;
    prefix = TestKafka.freshPrefix();
    TestKafka.createTopic(prefix + "settled", PARTITIONS, Map.of());
    String id = topicId("settled").toString();
    try (SettleProcess job = startBeside(lost)) {
      assertTrue(job.awaitEnd() != 0);
      assertTrue(job.log().contains("settled was made anew"), job.log());
      assertTrue(job.log().contains("--accept-settled is set to " + id), job.log());
    }
    assertEquals(newest, new CheckpointStore(folder).newest().orElseThrow(), "all are kept");
    // Nor where nobody gives ids.
    forgetSettledId(eventsId);
    try (SettleProcess job = startBeside(lost)) {
      assertTrue(job.awaitEnd() != 0);
      assertTrue(job.log().contains("settled was made anew"), job.log());
    }
    String settled = prefix;
    prefix = lost;
    send(BATCH / 2);
    prefix = settled;
    try (SettleProcess job = startBeside(lost, "--accept-settled", id)) {
      job.awaitReady();
      assertEquals(BATCH / 2, countedOnce(awaitCommitted(BATCH / 2)), "what came after alone");
      job.kill();
    }
  }

  private static long countedOnce(List<ConsumerRecord<byte[], byte[]>> settled) {
    return settled.stream()
        .map(
            message ->
                new SettledEventDecoder()
                    .wrapAndApplyHeader(
                        new UnsafeBuffer(message.value()), 0, new MessageHeaderDecoder()))
        .filter(event -> event.disposition() == Disposition.COUNTED)
        .map(SettledEventDecoder::auctionLo)
        .distinct()
        .count();
  }

  /** Reads another topic's events, and goes on from this folder. */
  private SettleProcess startBeside(String eventsPrefix, String... more) throws IOException {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--events",
                eventsPrefix + "events",
                "--notices",
                eventsPrefix + "notices",
                "--checkpoint-millis",
                "200"));
    options.addAll(List.of(more));
    return SettleProcess.start(
        TestKafka.bootstrapServers(), folder, prefix, options.toArray(String[]::new));
  }

  private Uuid topicId(String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", TestKafka.bootstrapServers()))) {
      String topic = prefix + name;
      return admin.describeTopics(List.of(topic)).topicNameValues().get(topic).get().topicId();
    }
  }

  /** As if the brokers gave no ids: takes that of settled out of all checkpoints. */
  private void forgetSettledId(Uuid eventsId) throws Exception {
    int forgotten = 0;
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.endsWith("_metadata")).toList()) {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        for (int at = 0; at + 36 <= bytes.limit(); at++) {
          if (bytes.getInt(at) == -2
              && bytes.getLong(at + 4) == eventsId.getMostSignificantBits()
              && bytes.getLong(at + 12) == eventsId.getLeastSignificantBits()) {
            bytes.putLong(at + 20, 0).putLong(at + 28, 0);
            forgotten++;
          }
        }
        Files.write(file, bytes.array());
      }
    }
    assertTrue(forgotten >= PARTITIONS, "ids forgotten: " + forgotten);
  }

  private void abortTransaction() {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                TestKafka.bootstrapServers(),
                "transactional.id",
                prefix + "t"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        producer.send(new ProducerRecord<>(prefix + "settled", partition, null, new byte[8]));
      }
      producer.flush();
      producer.abortTransaction();
    }
  }

  @Test
  void shouldTellWhichEventsWereGoneBeforeTheyWereSettled() throws Exception {
    try (SettleProcess job = start()) {
      job.awaitReady();
      send(BATCH);
      awaitCommitted(BATCH);
      assertEquals(0, job.metric("adplatform_settle_events_missing_total"));
      job.kill();
    }
    send(BATCH);
    TopicPartition first = new TopicPartition(prefix + "events", 0);
    long gone;
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", TestKafka.bootstrapServers()))) {
      long end =
          admin.listOffsets(Map.of(first, OffsetSpec.latest())).all().get().get(first).offset();
      gone = end - 10;
      admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(gone))).all().get();
    }
    try (SettleProcess job = start()) {
      job.awaitReady();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (job.metric("adplatform_settle_events_missing_total") == 0) {
        assertTrue(System.nanoTime() < deadline, "no gap is told");
        Thread.sleep(100);
      }
      long missing = job.metric("adplatform_settle_events_missing_total");
      assertTrue(missing > 0 && missing < gone, "missing " + missing);
      job.kill();
    }
  }

  @Test
  void shouldRefuseEventsThatWereMadeAnewThoughTheyReachFurther() throws Exception {
    try (SettleProcess job = start()) {
      job.awaitReady();
      send(BATCH);
      awaitCommitted(BATCH);
      job.kill();
    }
    TestKafka.makeAnew(prefix + "events", PARTITIONS);
    send(2 * BATCH);
    assertRefused("was made anew");
  }

  @Test
  void shouldRefuseEventsThatEndBeforeWhatWasSettled() throws Exception {
    try (SettleProcess job = start()) {
      job.awaitReady();
      send(BATCH);
      awaitCommitted(BATCH);
      job.kill();
    }
    // Without a checkpoint settled alone can tell.
    empty(folder);
    TestKafka.makeAnew(prefix + "events", PARTITIONS);
    send(BATCH / 2);
    assertRefused("was settled: it lost its end or was made anew");
  }

  private void assertRefused(String because) throws Exception {
    try (SettleProcess job = start()) {
      assertTrue(job.awaitEnd() != 0);
      assertTrue(job.log().contains(because), job.log());
    }
  }

  private SettleProcess start() throws IOException {
    return SettleProcess.start(
        TestKafka.bootstrapServers(),
        folder,
        prefix,
        "--checkpoint-millis",
        "200",
        "--notices",
        prefix + "notices");
  }

  /**
   * Sends impressions, one request after another: a producer that numbers what it sends stops for
   * good where a topic was made anew under it. Every tenth is fired twice and every seventh is
   * shipped twice.
   */
  private void send(int count) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                TestKafka.bootstrapServers(),
                "linger.ms",
                "5",
                "enable.idempotence",
                "false",
                "max.in.flight.requests.per.connection",
                "1"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        long auction = ++auctions;
        int partition = (int) (auction % PARTITIONS);
        Beacon beacon =
            Beacon.of(SignalKind.IMPRESSION, auction).lease(1 + partition, LEASE_AMOUNT);
        byte[] message = ship(producer, partition, beacon);
        if (auction % 7 == 0) {
          producer.send(new ProducerRecord<>(prefix + "events", partition, null, message));
        }
        if (auction % 10 == 0) {
          ship(producer, partition, beacon);
        }
      }
    }
  }

  private byte[] ship(KafkaProducer<byte[], byte[]> producer, int partition, Beacon beacon) {
    positions[partition] += 160;
    byte[] message = Events.signal(beacon, Events.NODE, partition, positions[partition]);
    producer.send(new ProducerRecord<>(prefix + "events", partition, null, message));
    return message;
  }

  private void assertSettledOnce() throws Exception {
    List<ConsumerRecord<byte[], byte[]>> settled = awaitCommitted((int) auctions);
    assertUnbroken(settled);
    Map<Long, Integer> counted = new HashMap<>();
    long repeats = 0;
    long charged = 0;
    for (ConsumerRecord<byte[], byte[]> message : settled) {
      SettledEventDecoder event =
          new SettledEventDecoder()
              .wrapAndApplyHeader(new UnsafeBuffer(message.value()), 0, new MessageHeaderDecoder());
      assertEquals(event.leaseId(), 1 + message.partition());
      charged += event.chargedMicros();
      if (event.disposition() == Disposition.COUNTED) {
        counted.merge(event.auctionLo(), 1, Integer::sum);
      } else {
        repeats++;
      }
    }
    assertEquals(auctions, counted.size());
    assertTrue(counted.values().stream().allMatch(times -> times == 1));
    assertEquals(auctions / 10, repeats);
    assertEquals(auctions * 2_500, charged);
  }

  /** Each message names the event of the one before it. */
  private static void assertUnbroken(List<ConsumerRecord<byte[], byte[]>> settled) {
    Map<Integer, Long> last = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> message : settled) {
      long previous = ByteBuffer.wrap(message.headers().lastHeader("p").value()).getLong();
      assertEquals(last.getOrDefault(message.partition(), -1L), previous);
      last.put(message.partition(), EventOffsetHeader.read(message.headers()));
    }
  }

  /** Reads what is committed until so many auctions, with their repeats, are there. */
  private List<ConsumerRecord<byte[], byte[]>> awaitCommitted(int count) {
    return read("settled", count + count / 10);
  }

  /** Reads what is committed until so much is there, and no more comes. */
  private List<ConsumerRecord<byte[], byte[]>> read(String topic, int expected) {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                TestKafka.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(
          IntStream.range(0, PARTITIONS)
              .mapToObj(i -> new TopicPartition(prefix + topic, i))
              .toList());
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      boolean more = true;
      while (all.size() < expected || more) {
        assertTrue(
            System.nanoTime() < deadline, "only " + all.size() + " of " + expected + " settled");
        int before = all.size();
        consumer.poll(Duration.ofMillis(500)).forEach(all::add);
        more = all.size() > before;
      }
    }
    return all;
  }

  private static void empty(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
