package io.adplatform.analytics.collect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.servers.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnsweredBeaconTest {
  private static final int CLIENTS = 8;
  private static final int BEFORE_KILL = 500;

  @TempDir Path folder;

  @Test
  void shouldLoseNoBeaconThatWasAnsweredBeforeAKill() throws Exception {
    Set<Long> answered = ConcurrentHashMap.newKeySet();
    Process process = startServer();
    try {
      int port = port(process.inputReader());
      AtomicLong auctions = new AtomicLong();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(Thread.ofPlatform().start(() -> fire(port, auctions, answered)));
      }
      while (answered.size() < BEFORE_KILL && process.isAlive()) {
        Thread.sleep(5);
      }
      process.destroyForcibly().waitFor();
      for (Thread client : clients) {
        client.join();
      }
    } finally {
      process.destroyForcibly();
    }
    assertTrue(answered.size() >= BEFORE_KILL);
    try (BeaconServer server = BeaconServer.start(folder)) {
      List<Long> recorded = server.recordedAuctions();
      Set<Long> lost = new HashSet<>(answered);
      recorded.forEach(lost::remove);
      assertEquals(Set.of(), lost);
      assertEquals(recorded.size(), new HashSet<>(recorded).size());
    }
  }

  private Process startServer() throws IOException {
    List<String> line = new ArrayList<>();
    line.add(JavaCommand.java().toString());
    line.addAll(JavaCommand.flags());
    line.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(BeaconServerMain.class.getName(), folder.toString()));
    return new ProcessBuilder(line)
        .redirectError(Path.of("target", "beacon-server.log").toFile())
        .start();
  }

  private static int port(BufferedReader output) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("port ")) {
        return Integer.parseInt(line.substring("port ".length()));
      }
    }
    throw new AssertionError("the beacon server did not start");
  }

  /** Fires beacons, one after the other, until the server is gone. */
  private static void fire(int port, AtomicLong auctions, Set<Long> answered) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (true) {
        long auction = auctions.incrementAndGet();
        URI uri = URI.create("http://127.0.0.1:" + port + "/e/imp/" + TestTokens.valid(auction));
        HttpResponse<Void> response =
            client.send(
                HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
        if (response.statusCode() == 200) {
          answered.add(auction);
        }
      }
    } catch (IOException e) {
      // The server was killed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
