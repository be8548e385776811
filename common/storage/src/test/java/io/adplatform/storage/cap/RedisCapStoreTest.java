package io.adplatform.storage.cap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.decision.frequency.CapCounter;
import io.adplatform.decision.frequency.CapLookup;
import io.adplatform.decision.frequency.CapScope;
import io.adplatform.decision.frequency.CapScope.Kind;
import io.adplatform.decision.frequency.CapStore.Asking;
import io.adplatform.decision.frequency.MemoryCapStore;
import io.adplatform.runtime.config.LaneConfig;
import io.adplatform.runtime.config.Settings;
import io.adplatform.runtime.config.SettingsException;
import io.adplatform.runtime.lane.Lane;
import io.adplatform.runtime.lane.Lanes;
import io.adplatform.servers.LoopbackPorts;
import io.adplatform.servers.RedisServer;
import io.adplatform.servers.ServerFolders;
import io.adplatform.testkit.server.TestRedis;
import io.adplatform.wire.event.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two lanes, each with a connection of its own, as two nodes have, against one real Redis. */
class RedisCapStoreTest extends CapStoreContractTest {
  private static final long WAIT_SECONDS = 60;
  private static Lanes[] nodes;
  private static RedisCapStore[] stores;
  private static RedisCapCounter counter;
  private static RedisAddress address;

  @BeforeAll
  static void start() throws Exception {
    address = new RedisAddress("127.0.0.1", TestRedis.server().port(), TestRedis.password());
    nodes = new Lanes[2];
    stores = new RedisCapStore[2];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = Lanes.start(LaneConfig.laptop());
      stores[i] = RedisCapStore.start(nodes[i].vertx(), nodes[i].lane(0), address);
      awaitConnected(stores[i]);
    }
    counter = new RedisCapCounter(address);
  }

  @AfterAll
  static void stop() {
    counter.close();
    for (int i = 0; i < nodes.length; i++) {
      stores[i].close();
      nodes[i].close();
    }
  }

  private static void awaitConnected(RedisCapStore store) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!store.isConnected() && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
    assertTrue(store.isConnected());
  }

  private static <T> T on(Lane lane, Supplier<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    lane.context()
        .runOnContext(
            start -> {
              try {
                result.complete(task.get());
              } catch (RuntimeException | AssertionError e) {
                result.completeExceptionally(e);
              }
            });
    return result.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  void ask(int node, CapLookup lookup) {
    askAtOnce(node, List.of(lookup));
  }

  private static void askAtOnce(int node, List<CapLookup> lookups) {
    CountDownLatch answered = new CountDownLatch(lookups.size());
    on(
        nodes[node].lane(0),
        () -> {
          for (CapLookup lookup : lookups) {
            lookup.listener(done -> answered.countDown());
            assertEquals(Asking.ASKED, stores[node].ask(lookup));
          }
          return null;
        });
    await(answered);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(WAIT_SECONDS, TimeUnit.SECONDS), "no answer");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  void askAtOnce(List<CapLookup> lookups) {
    List<List<CapLookup>> parts = List.of(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < lookups.size(); i++) {
      parts.get(i % 2).add(lookups.get(i));
    }
    CompletableFuture<Void> other = CompletableFuture.runAsync(() -> askAtOnce(1, parts.get(1)));
    askAtOnce(0, parts.get(0));
    other.join();
  }

  @Override
  void askAndGiveUp(int node, CapLookup lookup) {
    on(
        nodes[node].lane(0),
        () -> {
          assertEquals(Asking.ASKED, stores[node].ask(lookup));
          lookup.giveUp();
          return null;
        });
  }

  @Override
  void settle(int node, CapLookup lookup) {
    on(
        nodes[node].lane(0),
        () -> {
          stores[node].settle(lookup);
          return null;
        });
    // What is sent behind it on the connection is answered behind it.
    CapLookup behind = new CapLookup();
    behind.begin(now, 1, 1, false);
    behind.user(0, 0);
    CapScope scope = lineItem(999, cap(1, 60));
    behind.add(0, scope.id(), new CapScope[] {scope});
    ask(node, behind);
  }

  @Override
  CapCounter counter() {
    return counter;
  }

  @Override
  void empty() {
    redis("FLUSHALL");
  }

  private static String redis(String command) {
    try (Socket socket = new Socket("127.0.0.1", address.port())) {
      String both = "AUTH " + address.password() + "\r\n" + command + "\r\nQUIT\r\n";
      socket.getOutputStream().write(both.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldDecideAsTheCountersInMemoryDo() {
    SplittableRandom random = new SplittableRandom(20_261_121);
    for (int round = 0; round < 30; round++) {
      compare(random, round);
    }
  }

  /** The same lookups, wins, losses and impressions in both, on two nodes. */
  private void compare(SplittableRandom random, int round) {
    MemoryCapStore memory = new MemoryCapStore();
    List<CapScope[]> items = randomItems(random, round);
    List<long[]> out = new ArrayList<>();
    for (int step = 0; step < 60; step++) {
      advance(random.nextInt(30_000));
      memory.advanceTo(now);
      int imps = 1 + random.nextInt(3);
      CapLookup lookup = lookup(imps);
      CapLookup twin = new CapLookup();
      twin.begin(now, 99, lookup.firstLo(), true);
      twin.user(user, 1);
      for (int imp = 0; imp < imps; imp++) {
        for (CapScope[] item : items) {
          if (random.nextBoolean()) {
            lookup.add(imp, item[0].id(), item);
            twin.add(imp, item[0].id(), item);
          }
        }
      }
      if (lookup.count() == 0) {
        continue;
      }
      int node = random.nextInt(2);
      ask(node, lookup);
      memory.ask(twin);
      memory.doWork();
      for (int imp = 0; imp < imps; imp++) {
        boolean won = false;
        for (int i = 0; i < items.size(); i++) {
          CapScope[] item = items.get(i);
          Reason verdict = lookup.verdict(imp, item[0].id());
          assertEquals(
              twin.verdict(imp, item[0].id()), verdict, "round " + round + " step " + step);
          if (verdict == Reason.NONE && !won && random.nextInt(3) > 0) {
            won = true;
            win(lookup, imp, item[0]);
            win(twin, imp, item[0]);
            out.add(new long[] {lookup.firstLo() + imp, i});
          }
        }
      }
      settle(node, lookup);
      memory.settle(twin);
      tellOfSome(random, out, items, memory);
    }
  }

  private List<CapScope[]> randomItems(SplittableRandom random, int round) {
    long base = 1_000L * (round + 1);
    CapScope campaign =
        scope(
            Kind.CAMPAIGN,
            base,
            cap(1 + random.nextInt(5), 60 + random.nextInt(600)),
            cap(5 + random.nextInt(5), 3_600));
    List<CapScope[]> items = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      CapScope own = lineItem(base + i, cap(1 + random.nextInt(4), 60 + random.nextInt(600)));
      items.add(random.nextBoolean() ? new CapScope[] {own, campaign} : new CapScope[] {own});
    }
    return items;
  }

  private void tellOfSome(
      SplittableRandom random, List<long[]> out, List<CapScope[]> items, MemoryCapStore memory) {
    while (!out.isEmpty() && random.nextInt(3) > 0) {
      int which = random.nextInt(out.size());
      // One in four is told again later.
      long[] bid = random.nextInt(4) == 0 ? out.get(which) : out.remove(which);
      CapScope[] item = items.get((int) bid[1]);
      boolean seen = random.nextInt(4) > 0;
      for (CapCounter each : List.of(counter, memory)) {
        if (seen) {
          each.seen(item, 99, bid[0], now);
        } else {
          each.lost(item, 99, bid[0]);
        }
      }
      assertEquals(memory.flush(), counter.flush());
    }
  }

  @Test
  void shouldKeepNothingForeverAndNoIdInTheClear() {
    empty();
    CapScope item = lineItem(1, cap(1, 3_600));
    assertTrue(bidSeen(0, item));
    String keys = redis("KEYS *");
    assertTrue(keys.contains("cap:{" + ACCOUNT + "}:u:"), keys);
    for (String key : keys.lines().filter(line -> line.startsWith("cap:")).toList()) {
      assertTrue(key.matches("cap:\\{7\\}:(u:[0-9a-f]{32}:[lca]\\d+:[sr]|b:[0-9a-f]{32})"), key);
      String ttl = redis("PTTL " + key);
      assertFalse(ttl.contains(":-1\r"), key + " is kept forever");
    }
  }

  @Test
  void shouldBeAwayWhereNobodyListens() {
    RedisCapStore nowhere =
        RedisCapStore.start(
            nodes[0].vertx(),
            nodes[0].lane(0),
            new RedisAddress("127.0.0.1", LoopbackPorts.free(), null));
    CapLookup lookup = lookup(1);
    CapScope item = lineItem(1, cap(1, 3_600));
    lookup.add(0, item.id(), new CapScope[] {item});
    assertEquals(Asking.AWAY, on(nodes[0].lane(0), () -> nowhere.ask(lookup)));
    assertEquals(Reason.FREQUENCY_UNKNOWN, lookup.verdict(0, item.id()));
    nowhere.close();
  }

  @Test
  void shouldBeBusyBehindASlowServerAndFreeAllOnceItAnswers() throws Exception {
    CapScope item = lineItem(1, cap(1, 3_600));
    AtomicInteger asked = new AtomicInteger();
    signal("STOP");
    try {
      assertEquals(Asking.BUSY, on(nodes[0].lane(0), () -> askUntilRefused(item, asked)));
    } finally {
      signal("CONT");
    }
    assertTrue(asked.get() > 100, "only " + asked);
    awaitRoom();
    // Answers come in order, and everything that was reserved has been given back.
    advance(1);
    assertTrue(bid(0, item));
  }

  private Asking askUntilRefused(CapScope item, AtomicInteger asked) {
    Asking asking = Asking.ASKED;
    while (asking == Asking.ASKED && asked.incrementAndGet() < 2_000) {
      CapLookup lookup = lookup(1);
      lookup.add(0, item.id(), new CapScope[] {item});
      asking = stores[0].ask(lookup);
      lookup.giveUp();
      stores[0].settle(lookup);
    }
    return asking;
  }

  private static void signal(String name) throws Exception {
    String pid = Long.toString(TestRedis.server().process().pid());
    assertEquals(0, new ProcessBuilder("kill", "-" + name, pid).start().waitFor());
  }

  /** Returns once so many answers came that the first node may ask again. */
  private void awaitRoom() throws InterruptedException {
    CapScope other = lineItem(2, cap(1, 3_600));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    Asking asking = Asking.BUSY;
    while (asking == Asking.BUSY && System.nanoTime() < deadline) {
      Thread.sleep(5);
      CapLookup lookup = lookup(1, false);
      lookup.add(0, other.id(), new CapScope[] {other});
      asking = on(nodes[0].lane(0), () -> stores[0].ask(lookup));
    }
    assertEquals(Asking.ASKED, asking);
  }

  @Test
  void shouldConnectAgainToAServerThatWasAway(@TempDir Path root) throws Exception {
    ServerFolders folders = new ServerFolders(root);
    int port = LoopbackPorts.free();
    RedisServer first = RedisServer.start(folders, port, text -> {});
    first.process().awaitReady(Duration.ofSeconds(WAIT_SECONDS));
    String url = first.url();
    RedisAddress own =
        new RedisAddress("127.0.0.1", port, url.substring("redis://:".length(), url.indexOf('@')));
    Lane lane = nodes[0].lane(0);
    RedisCapStore store = RedisCapStore.start(nodes[0].vertx(), lane, own);
    awaitConnected(store);
    first.close();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (store.isConnected() && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
    CapScope item = lineItem(1, cap(1, 3_600));
    CapLookup lookup = lookup(1);
    lookup.add(0, item.id(), new CapScope[] {item});
    assertEquals(Asking.AWAY, on(lane, () -> store.ask(lookup)));
    try (RedisServer second = RedisServer.start(folders, port, text -> {})) {
      second.process().awaitReady(Duration.ofSeconds(WAIT_SECONDS));
      awaitConnected(store);
      CountDownLatch answered = new CountDownLatch(1);
      lookup.listener(done -> answered.countDown());
      assertEquals(Asking.ASKED, on(lane, () -> store.ask(lookup)));
      await(answered);
      assertTrue(may(lookup, 0, item));
    } finally {
      store.close();
    }
  }

  @Test
  void shouldReadItsAddress() {
    assertNull(RedisAddress.of(Settings.of(new String[0], Map.of())));
    assertEquals(
        new RedisAddress("cache", 6379, null),
        RedisAddress.of(Settings.of(new String[] {"--redis=redis://cache"}, Map.of())));
    for (String wrong : List.of("cache:6379", "http://cache", "redis://:secret@cache:6379")) {
      Settings settings = Settings.of(new String[] {"--redis=" + wrong}, Map.of());
      assertThrows(SettingsException.class, () -> RedisAddress.of(settings), wrong);
    }
    assertFalse(new RedisAddress("cache", 1, "secret").toString().contains("secret"));
  }
}
