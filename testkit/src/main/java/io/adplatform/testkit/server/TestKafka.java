package io.adplatform.testkit.server;

import io.adplatform.servers.KafkaServer;
import io.adplatform.servers.LoopbackPorts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * The Kafka broker of this test JVM. Topics are not made by use: make them with {@link
 * #createTopic}.
 */
public final class TestKafka {
  private static final Duration START = Duration.ofSeconds(90);
  private static final int TOPIC_SECONDS = 30;
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  private TestKafka() {}

  /**
   * What clients take as {@code bootstrap.servers}; starts the broker if this is the first call of
   * the JVM.
   */
  public static String bootstrapServers() {
    return server().bootstrapServers();
  }

  /**
   * A prefix for topic, group and transaction names that nothing else in this JVM uses, such as
   * {@code t3-}.
   */
  public static String freshPrefix() {
    return "t" + PREFIXES.incrementAndGet() + "-";
  }

  /**
   * Makes a topic with one replica.
   *
   * @param settings of the topic, such as {@code cleanup.policy} to {@code compact}; may be empty
   */
  public static void createTopic(String name, int partitions, Map<String, String> settings) {
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) bootstrapServers()))) {
      NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(settings);
      admin.createTopics(List.of(topic)).all().get(TOPIC_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Cannot make the topic " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while making the topic " + name, e);
    }
  }

  /** The broker itself, for tests that stop or inspect it; started if it is not. */
  public static KafkaServer server() {
    return Holder.SERVER;
  }

  private static final class Holder {
    static final KafkaServer SERVER = start();

    private static KafkaServer start() {
      KafkaServer server =
          KafkaServer.start(TestFolder.folders(), LoopbackPorts.free(), System.err::println);
      TestServers.awaitReady(TestFolder.closeAtEnd(server).process(), START);
      return server;
    }
  }
}
