package io.adplatform.testkit.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class TestServersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void shouldGiveEachCallerAnEmptyPostgresDatabaseOfItsOwn() throws SQLException {
    TestPostgres.Database one = TestPostgres.freshDatabase();
    TestPostgres.Database other = TestPostgres.freshDatabase();
    try (Connection connection = one.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (id bigint)");
    }
    assertEquals(1, tables(one));
    assertEquals(0, tables(other));
  }

  @Test
  void shouldCommitKafkaTransactionsThatReadersOfCommittedRecordsSee() {
    String topic = TestKafka.freshPrefix() + "numbers";
    TestKafka.createTopic(topic, 1, Map.of());
    Map<String, Object> settings =
        Map.of("bootstrap.servers", TestKafka.bootstrapServers(), "transactional.id", topic);
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "aborted"));
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, "committed"));
      producer.commitTransaction();
    }
    assertEquals(List.of("committed"), firstCommitted(topic));
    assertNotEquals(TestKafka.freshPrefix(), TestKafka.freshPrefix());
  }

  @Test
  void shouldGiveEachCallerAClickHouseDatabaseOfItsOwn() {
    String one = TestClickHouse.freshDatabase();
    String other = TestClickHouse.freshDatabase();
    TestClickHouse.query("CREATE TABLE " + one + ".t (id UInt64) ENGINE = MergeTree ORDER BY id");
    TestClickHouse.query("INSERT INTO " + one + ".t SELECT number FROM numbers(1000)");

    assertEquals("499500\n", TestClickHouse.query("SELECT sum(id) FROM " + one + ".t"));
    assertEquals(
        "0\n",
        TestClickHouse.query("SELECT count() FROM system.tables WHERE database = '" + other + "'"));
  }

  private static int tables(TestPostgres.Database database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static List<String> firstCommitted(String topic) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", TestKafka.bootstrapServers(),
            "isolation.level", "read_committed",
            "auto.offset.reset", "earliest");
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      var records = consumer.poll(PATIENCE);
      // What was aborted may come first and alone: such a poll has nothing to show.
      while (records.isEmpty() && System.nanoTime() < deadline) {
        records = consumer.poll(PATIENCE);
      }
      return records.records(new TopicPartition(topic, 0)).stream()
          .map(ConsumerRecord::value)
          .toList();
    }
  }
}
