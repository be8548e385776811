package io.adplatform.testkit.server;

import io.adplatform.servers.ServerFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * The temporary folder of this test JVM's servers; at the JVM's end the servers are closed and the
 * folder goes.
 */
final class TestFolder {
  private static final TestFolder INSTANCE = new TestFolder();

  private final ServerFolders folders;
  private final Deque<AutoCloseable> servers = new ArrayDeque<>();

  private TestFolder() {
    try {
      folders = new ServerFolders(Files.createTempDirectory("adplatform-test"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "test-servers-end"));
  }

  static ServerFolders folders() {
    return INSTANCE.folders;
  }

  static <S extends AutoCloseable> S closeAtEnd(S server) {
    synchronized (INSTANCE.servers) {
      INSTANCE.servers.push(server);
    }
    return server;
  }

  /** Ends all servers at once: what they hold is thrown away, so no order has to be kept. */
  private void end() {
    List<Thread> ends;
    synchronized (servers) {
      ends =
          servers.stream().map(server -> Thread.ofPlatform().start(() -> close(server))).toList();
    }
    for (Thread end : ends) {
      try {
        end.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    delete(folders.root());
  }

  private static void close(AutoCloseable server) {
    try {
      server.close();
    } catch (Exception e) {
      System.err.println("A test server did not end: " + e);
    }
  }

  private static void delete(Path root) {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("Left in the temporary folder: " + root + " (" + e.getMessage() + ")");
    }
  }
}
