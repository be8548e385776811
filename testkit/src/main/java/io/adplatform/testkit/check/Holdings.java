package io.adplatform.testkit.check;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this JVM holds besides its heap.
 *
 * @param descriptors open file descriptors: how many by file, or by kind for sockets and the like
 * @param threads platform threads that are alive
 * @param bytes memory outside the heap, by who holds it: direct and mapped buffers (Agrona's are
 *     such), and what Netty takes without the JDK's count
 */
record Holdings(Map<String, Long> descriptors, Set<Thread> threads, Map<String, Long> bytes) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** The JDK starts and ends these as it likes. */
  private static final Set<String> OF_THE_JDK =
      Set.of("process reaper", "Common-Cleaner", "VirtualThread-unparker", "Attach Listener");

  static Holdings now() {
    return new Holdings(openDescriptors(), liveThreads(), offHeapBytes());
  }

  /** What is here and was not there before, as text; empty if nothing is. */
  String surplusOver(Holdings before) {
    List<String> found = new ArrayList<>();
    descriptors.forEach(
        (file, number) -> {
          long more = number - before.descriptors.getOrDefault(file, 0L);
          if (more > 0) {
            found.add(more + " file descriptors of " + file);
          }
        });
    for (Thread thread : threads) {
      if (!before.threads.contains(thread)) {
        found.add("thread " + thread.getName());
      }
    }
    bytes.forEach(
        (holder, number) -> {
          long more = number - before.bytes.getOrDefault(holder, 0L);
          if (more > 0) {
            found.add(more + " bytes of " + holder + " memory");
          }
        });
    return String.join(", ", found);
  }

  private static Map<String, Long> openDescriptors() {
    Map<String, Long> open = new TreeMap<>();
    try (Stream<Path> all = Files.list(DESCRIPTORS)) {
      for (Path one : all.toList()) {
        String target = target(one);
        if (target != null) {
          open.merge(target, 1L, Long::sum);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }

  /** A file, or the kind of what is none ({@code socket:[17]}); null where it is closed by now. */
  private static String target(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("/proc/") ? null : target.replaceFirst(":\\[[0-9]+]$", "");
    } catch (IOException e) {
      return null;
    }
  }

  private static Set<Thread> liveThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive() && !(thread instanceof ForkJoinWorkerThread))
        .filter(thread -> OF_THE_JDK.stream().noneMatch(thread.getName()::startsWith))
        .collect(Collectors.toSet());
  }

  private static Map<String, Long> offHeapBytes() {
    Map<String, Long> bytes = new TreeMap<>();
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      bytes.put(pool.getName(), pool.getMemoryUsed());
    }
    bytes.put("Netty", PlatformDependent.usedDirectMemory());
    return bytes;
  }
}
