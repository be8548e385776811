package io.adplatform.standalone;

import io.adplatform.servers.LeftOver;
import io.adplatform.servers.ServerFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The children that a killed launcher left on a data folder, and the files that name them. */
final class LeftOvers {
  private static final Duration GRACE = Duration.ofSeconds(20);
  private static final String SUFFIX = ".pid";

  private LeftOvers() {}

  /** By the name of each child that was ever started and not ended in order, its pid file. */
  static Map<String, Path> pidFiles(ServerFolders folders) {
    Path launcher = folders.pid(DataFolder.LAUNCHER);
    Map<String, Path> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(launcher.getParent())) {
      files
          .filter(file -> file.toString().endsWith(SUFFIX) && !file.equals(launcher))
          .forEach(file -> found.put(file.getFileName().toString().replace(SUFFIX, ""), file));
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Ends those that still run, side by side, and deletes the pid files of all.
   *
   * @param announce takes a line for each that ran
   * @return how many ran
   */
  static int end(ServerFolders folders, Consumer<String> announce) throws InterruptedException {
    List<Thread> ends = new ArrayList<>();
    Map<String, Path> files = pidFiles(folders);
    for (Map.Entry<String, Path> file : files.entrySet()) {
      Optional<LeftOver> child = LeftOver.find(file.getValue());
      if (child.isPresent()) {
        String name = file.getKey();
        announce.accept("ending a " + name + " that was left over (pid " + child.get().pid() + ")");
        ends.add(Thread.ofPlatform().start(() -> end(name, child.get())));
      }
    }
    for (Thread end : ends) {
      end.join();
    }
    try {
      for (Path file : files.values()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ends.size();
  }

  private static void end(String name, LeftOver child) {
    try {
      child.end(name.equals("postgres") ? "INT" : "TERM", GRACE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
