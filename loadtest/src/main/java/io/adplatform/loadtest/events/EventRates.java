package io.adplatform.loadtest.events;

import io.adplatform.analytics.ship.LaneWatermark;
import io.adplatform.analytics.ship.LaneWatermarks;
import io.adplatform.analytics.ship.ShipPositions;
import io.adplatform.analytics.ship.Shipper;
import io.adplatform.loadtest.exchange.ProcessCpu;
import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.NodeConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.node.HotNode;
import io.adplatform.servers.KafkaServer;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.ServerFolders;
import io.adplatform.servers.SettleServer;
import io.adplatform.storage.kafka.KafkaClients;
import io.adplatform.storage.kafka.KafkaTopics;
import io.adplatform.wire.event.EventEnvelope;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Measures the stages one after another and prints rates and CPU time per event. Arguments: the
 * checkout, an empty folder, [events of a round, rounds, {@code settled} to begin there:
 * settlement, ledger and ingestion alone].
 */
public final class EventRates {
  private static final int PARTITIONS = 4;
  private static final int MAX_RECORD_BYTES = 512;

  /** What the shipper gives its producer: the client alone gets the same batches. */
  private static final Map<String, ?> BATCHES =
      Map.of(
          ProducerConfig.BATCH_SIZE_CONFIG,
          128 << 10,
          ProducerConfig.LINGER_MS_CONFIG,
          10,
          ProducerConfig.BUFFER_MEMORY_CONFIG,
          48L << 20,
          ProducerConfig.MAX_BLOCK_MS_CONFIG,
          60_000L);

  /** Nothing here takes longer, however busy the machine is. */
  private static final Duration BOUND = Duration.ofMinutes(5);

  private static final long LOOK_MILLIS = 20;

  /** Sold in one hour by one partner: as many entries of the ledger at least. */
  private static final int LINE_ITEMS = 600;

  private final HotNode node;
  private final EventLoad load;
  private final BooksRates books;
  private final Path folder;
  private final long events;
  private final int rounds;
  private final boolean fromTheLane;
  private long beacons;
  private Consumer<byte[], byte[]> consumer;

  private EventRates(
      HotNode node,
      EventLoad load,
      BooksRates books,
      Path folder,
      long events,
      int rounds,
      boolean fromTheLane) {
    this.node = node;
    this.load = load;
    this.books = books;
    this.folder = folder;
    this.events = events;
    this.rounds = rounds;
    this.fromTheLane = fromTheLane;
  }

  /** Runs it and prints its figures. */
  public static void main(String[] arguments) throws Exception {
    System.setProperty("adplatform.home", Path.of(arguments[0]).toAbsolutePath().toString());
    Path folder = Files.createDirectories(Path.of(arguments[1])).toAbsolutePath();
    long events = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1_000_000;
    int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 5;
    boolean fromTheLane = arguments.length < 5 || !arguments[4].equals("settled");
    Settings settings =
        Settings.of(
            Map.of(
                "data", folder.resolve("data").toString(),
                "data-host", "127.0.0.1",
                "port", "0",
                "preset", "LAPTOP",
                "lanes", "1"));
    ServerFolders folders = new ServerFolders(folder.resolve("servers"));
    int brokerPort = LoopbackPorts.free();
    KafkaConfig kafka = new KafkaConfig("127.0.0.1:" + brokerPort, PARTITIONS);
    try (BooksRates books = BooksRates.start(folders, kafka, LINE_ITEMS, EventRates::say);
        HotNode node = HotNode.start(NodeConfig.of(settings), LaneConfig.of(settings))) {
      List<SoldLease> leases = books.leases(LINE_ITEMS);
      CompletableFuture<EventLoad> load = new CompletableFuture<>();
      node.agent(
          lane -> {
            EventLoad agent = new EventLoad(lane, node.journal(lane), leases);
            load.complete(agent);
            return agent;
          });
      node.listen();
      new EventRates(node, load.get(), books, folder, events, rounds, fromTheLane)
          .run(folders, brokerPort, kafka);
    }
    System.exit(0);
  }

  private void run(ServerFolders folders, int brokerPort, KafkaConfig kafka) throws Exception {
    if (fromTheLane) {
      for (int round = 1; round <= rounds; round++) {
        journal("auction records to the journal", round, () -> load.offerRecords(events));
      }
      for (int round = 1; round <= rounds; round++) {
        journal("beacons taken and recorded", round, this::takeBeacons);
      }
    }
    try (KafkaServer broker = KafkaServer.start(folders, brokerPort, EventRates::say)) {
      broker.process().awaitReady(BOUND);
      KafkaTopics.create(kafka, BOUND);
      consumer = KafkaClients.openConsumer(kafka, "event-rates");
      consumer.assign(eventPartitions());
      Shipper shipper =
          fromTheLane
              ? ship(kafka)
              : Shipper.start(
                  node, kafka, ShipPositions.open(folder.resolve("positions")), new NoWatermarks());
      try (SettleServer settle =
          SettleServer.start(
              folders, LoopbackPorts.free(), kafka.bootstrap(), null, null, EventRates::say)) {
        settle.process().awaitReady(BOUND);
        settle(settle);
        post();
        report(folders, kafka);
      } finally {
        shipper.close();
        consumer.close();
      }
    }
  }

  private void takeBeacons() {
    beacons += events;
    load.takeBeacons(events);
  }

  private void journal(String what, int round, Runnable begin) throws Exception {
    ProcessCpu before = ProcessCpu.of(ProcessHandle.current().pid());
    long start = System.nanoTime();
    begin.run();
    await(load::isDone);
    double seconds = (System.nanoTime() - start) / 1e9;
    ProcessCpu used = ProcessCpu.of(ProcessHandle.current().pid()).since(before);
    print(
        "%s, round %d: %,.0f/s; CPU of lane %.2f us, driver and Archive %.2f us, both %.2f us each",
        what,
        round,
        events / seconds,
        each(used.laneMicros()),
        each(used.journalMicros()),
        each(used.laneMicros() + used.journalMicros()));
  }

  /**
   * Rounds of the client alone and of a shipper that finds as many records in the journal.
   *
   * @return the last one, which goes on
   */
  private Shipper ship(KafkaConfig kafka) throws Exception {
    ShipPositions positions = ShipPositions.open(folder.resolve("positions"));
    Shipper shipper = Shipper.start(node, kafka, positions, new NoWatermarks());
    awaitEvents(2L * rounds * events);
    List<Double> ratios = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      long start = System.nanoTime();
      produce(kafka);
      double alone = (System.nanoTime() - start) / 1e9;
      shipper.close();
      load.offerRecords(events);
      await(load::isDone);
      long goal = sent() + events;
      ProcessCpu before = ProcessCpu.of(ProcessHandle.current().pid());
      start = System.nanoTime();
      shipper = Shipper.start(node, kafka, positions, new NoWatermarks());
      awaitEvents(goal);
      double shipped = (System.nanoTime() - start) / 1e9;
      ProcessCpu used = ProcessCpu.of(ProcessHandle.current().pid()).since(before);
      ratios.add(alone / shipped);
      print(
          "round %d: kafka-clients alone %,.0f/s; shipper %,.0f/s, %.0f %% of it; CPU of the"
              + " shipper with its client %.2f us each",
          round,
          events / alone,
          events / shipped,
          100 * alone / shipped,
          each(used.processMicros()));
    }
    ratios.sort(null);
    print("shipper, median: %.0f %% of the client alone", 100 * ratios.get(ratios.size() / 2));
    return shipper;
  }

  /** The same number of records of the same size to the same partitions, by the client alone. */
  private void produce(KafkaConfig kafka) {
    SampleRecord sample = new SampleRecord();
    UnsafeBuffer record = new UnsafeBuffer(new byte[MAX_RECORD_BYTES]);
    try (Producer<byte[], byte[]> producer = KafkaClients.openProducer(kafka, "alone", BATCHES)) {
      for (long i = 0; i < events; i++) {
        int length = sample.write(i, record);
        byte[] value = new byte[EventEnvelope.LENGTH + length];
        record.getBytes(0, value, EventEnvelope.LENGTH, length);
        producer.send(
            new ProducerRecord<>(KafkaTopics.AUCTION_DETAILS, (int) (i % PARTITIONS), null, value));
      }
      producer.flush();
    }
  }

  /** Beacons through the settle job: its CPU time, the broker's transactions beside it. */
  private void settle(SettleServer settle) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest metrics =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + settle.process().port() + "/metrics"))
            .build();
    awaitSettled(http, metrics);
    for (int round = 1; round <= rounds; round++) {
      ProcessCpu before = ProcessCpu.of(settle.process().pid());
      long start = System.nanoTime();
      long goal = sent() + events;
      takeBeacons();
      awaitEvents(goal);
      awaitSettled(http, metrics);
      double seconds = (System.nanoTime() - start) / 1e9;
      ProcessCpu used = ProcessCpu.of(settle.process().pid()).since(before);
      double micros = each(used.processMicros());
      print(
          "round %d: beacons taken, journaled, shipped and settled %,.0f/s; the settle job's"
              + " process %.2f us each, so %,.0f/s on one core",
          round, events / seconds, micros, 1e6 / micros);
    }
  }

  /** The ledger by itself with all that waits for it, then beside settlement. */
  private void post() throws Exception {
    long goal = beacons;
    BooksRates.Mark before = books.mark();
    long start = System.nanoTime();
    books.begin();
    await(() -> books.posted() >= goal);
    printPosted("the ledger alone, behind", goal, start, before);
    for (int round = 1; round <= rounds; round++) {
      before = books.mark();
      start = System.nanoTime();
      takeBeacons();
      long settledNanos = start;
      long end = settled();
      while (books.posted() < beacons) {
        Thread.sleep(LOOK_MILLIS);
        if (settled() > end) {
          end = settled();
          settledNanos = System.nanoTime();
        }
      }
      print(
          "round %d: settled %,.0f/s; the ledger was %.2f s behind at the end",
          round, events / ((settledNanos - start) / 1e9), (System.nanoTime() - settledNanos) / 1e9);
      printPosted("both together, round " + round, events, start, before);
    }
  }

  private void printPosted(String what, long posted, long startNanos, BooksRates.Mark before)
      throws Exception {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    BooksRates.Mark now = books.mark();
    double entries = Math.max(1, now.entries() - before.entries());
    print(
        "%s: posted %,.0f/s; %,.0f entries in %d transactions; CPU of PostgreSQL %.2f us, of the"
            + " reader %.2f us an event, both %.0f us an entry",
        what,
        posted / seconds,
        entries,
        now.transactions() - before.transactions(),
        (double) (now.databaseMicros() - before.databaseMicros()) / posted,
        (double) (now.readerMicros() - before.readerMicros()) / posted,
        (now.databaseMicros()
                - before.databaseMicros()
                + now.readerMicros()
                - before.readerMicros())
            / entries);
  }

  /** Where the topic {@code settled} ends, committed messages alone. */
  private long settled() {
    return consumer
        .endOffsets(
            IntStream.range(0, PARTITIONS)
                .mapToObj(i -> new TopicPartition(KafkaTopics.SETTLED, i))
                .toList())
        .values()
        .stream()
        .mapToLong(end -> end)
        .sum();
  }

  /** ClickHouse's ingestion beside its client alone. */
  private void report(ServerFolders folders, KafkaConfig kafka) throws Exception {
    try (ReportRates reports = ReportRates.start(folders, kafka, EventRates::say)) {
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round <= rounds; round++) {
        ReportRates.Round one = reports.round("rates_" + round);
        if (round == 0) {
          print(
              "before the code is compiled: %,d rows of two tables; ingestion %,.0f rows/s; the"
                  + " client alone %,.0f",
              one.rows(), one.wholeRate(), one.aloneRate());
          continue;
        }
        ratios.add(one.steadyRate() / one.aloneRate());
        print(
            "round %d: ingestion at a stretch %,.0f rows/s in blocks of %,d; the client alone %,.0f"
                + " in blocks of %,d; %.0f %%; with %.2f s of its start and its end %,.0f, %.0f %%;"
                + " seconds of its threads %s",
            round,
            one.steadyRate(),
            one.rows() / one.ingestBlocks(),
            one.aloneRate(),
            one.rows() / one.aloneBlocks(),
            100 * one.steadyRate() / one.aloneRate(),
            one.startSeconds(),
            one.wholeRate(),
            100 * one.wholeRate() / one.aloneRate(),
            one.stageSeconds());
      }
      ratios.sort(null);
      print("ingestion, median: %.0f %% of the client alone", 100 * ratios.get(ratios.size() / 2));
    }
  }

  private static void awaitSettled(HttpClient http, HttpRequest metrics) throws Exception {
    // Two looks at rest: between two fetches nothing is pending either.
    for (int atRest = 0; atRest < 2; ) {
      Thread.sleep(500);
      String text = http.send(metrics, HttpResponse.BodyHandlers.ofString()).body();
      atRest = gauge(text, "adplatform_settle_lag_events") == 0 ? atRest + 1 : 0;
    }
  }

  private void awaitEvents(long goal) throws InterruptedException {
    await(() -> sent() >= goal);
  }

  /** Messages in the topic {@code events}. */
  private long sent() {
    return consumer.endOffsets(eventPartitions()).values().stream().mapToLong(end -> end).sum();
  }

  private static List<TopicPartition> eventPartitions() {
    return IntStream.range(0, PARTITIONS)
        .mapToObj(i -> new TopicPartition(KafkaTopics.EVENTS, i))
        .toList();
  }

  private double each(long micros) {
    return (double) micros / events;
  }

  private static double gauge(String text, String name) {
    Matcher found = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? ([-0-9.E]+)$").matcher(text);
    double sum = 0;
    while (found.find()) {
      sum += Double.parseDouble(found.group(1));
    }
    return sum;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + BOUND.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not done after " + BOUND);
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static void say(String event) {
    System.err.println(event);
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  /** No lane is asked: there are no marks. */
  private static final class NoWatermarks implements LaneWatermarks {
    @Override
    public void request() {
      // Nobody is asked.
    }

    @Override
    public List<LaneWatermark> answers() {
      return null;
    }
  }
}
