package io.adplatform.testkit.server;

import io.adplatform.servers.KafkaServer;
import io.adplatform.servers.LoopbackPorts;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The Kafka broker of this test JVM. Topics are not made by use: make them with {@link
 * #createTopic}.
 */
public final class TestKafka {
  private static final int LIMIT_SECONDS = 60;
  private static final int PAUSE_MILLIS = 20;
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
    ask(
        admin -> {
          create(admin, name, partitions, settings);
          // The controller answers before the broker itself knows the topic.
          await(() -> idOf(admin, name) != null, name);
        });
  }

  /** Deletes a topic with all it holds and makes an empty one of the same name. */
  public static void makeAnew(String name, int partitions) {
    ask(
        admin -> {
          Uuid former = idOf(admin, name);
          admin.deleteTopics(List.of(name)).all().get(LIMIT_SECONDS, TimeUnit.SECONDS);
          create(admin, name, partitions, Map.of());
          // The broker may know the former one for a moment longer.
          await(
              () -> {
                Uuid known = idOf(admin, name);
                return known != null && !known.equals(former);
              },
              name);
        });
  }

  private static void create(Admin admin, String name, int partitions, Map<String, String> settings)
      throws Exception {
    NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(settings);
    admin.createTopics(List.of(topic)).all().get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Null where the broker knows no such topic. */
  private static Uuid idOf(Admin admin, String name) throws Exception {
    try {
      return admin
          .describeTopics(List.of(name))
          .allTopicNames()
          .get(LIMIT_SECONDS, TimeUnit.SECONDS)
          .get(name)
          .topicId();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return null;
      }
      throw e;
    }
  }

  private static void await(Callable<Boolean> condition, String name) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the broker does not know the topic " + name);
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  @FunctionalInterface
  private interface Work {
    void run(Admin admin) throws Exception;
  }

  private static void ask(Work work) {
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) bootstrapServers()))) {
      work.run(admin);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a topic was made", e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("Cannot make the topic", e);
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
      TestServers.awaitReady(TestFolder.closeAtEnd(server).process());
      return server;
    }
  }
}
