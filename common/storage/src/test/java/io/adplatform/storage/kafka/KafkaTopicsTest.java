package io.adplatform.storage.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.runtime.config.KafkaConfig;
import io.adplatform.testkit.server.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class KafkaTopicsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KafkaConfig kafka = new KafkaConfig(TestKafka.bootstrapServers(), 2);

  @Test
  void shouldKeepATopicThatIsThereAsLongAsItIsTold() throws Exception {
    String topic = TestKafka.freshPrefix() + "kept";
    TestKafka.createTopic(topic, 1, Map.of());
    KafkaTopics.keep(kafka, topic, Duration.ofDays(1));
    // The controller answers before the broker that is asked knows of it.
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Config config = config(topic);
    while (!config.get("retention.ms").value().equals("86400000")) {
      assertTrue(System.nanoTime() < deadline, config.get("retention.ms").value());
      Thread.sleep(20);
      config = config(topic);
    }
    assertEquals("7200000", config.get("segment.ms").value());
  }

  @Test
  void shouldGiveTheTopicsOfEventsSegmentsOfHours() throws Exception {
    KafkaTopics.create(kafka, PATIENCE);
    for (String topic :
        List.of(KafkaTopics.EVENTS, KafkaTopics.SETTLED, KafkaTopics.AUCTION_DETAILS)) {
      assertEquals("7200000", config(topic).get("segment.ms").value());
    }
    Config events = config(KafkaTopics.EVENTS);
    assertEquals("LogAppendTime", events.get("message.timestamp.type").value());
  }

  @Test
  void shouldTellTopicsApart() {
    String prefix = TestKafka.freshPrefix();
    TestKafka.createTopic(prefix + "a", 1, Map.of());
    TestKafka.createTopic(prefix + "b", 1, Map.of());
    String id = KafkaTopics.id(kafka, prefix + "a", PATIENCE);
    assertEquals(id, KafkaTopics.id(kafka, prefix + "a", PATIENCE));
    assertNotEquals(id, KafkaTopics.id(kafka, prefix + "b", PATIENCE));
  }

  private Config config(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = KafkaClients.openAdmin(kafka, "test")) {
      return admin.describeConfigs(List.of(resource)).all().get().get(resource);
    }
  }
}
