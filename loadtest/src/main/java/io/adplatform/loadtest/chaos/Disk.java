package io.adplatform.loadtest.chaos;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The disk that the journal has to itself: a small file system mounted by {@code chaos.sh}, filled
 * by a file of ballast.
 */
final class Disk {
  /** Written at a time. */
  private static final int CHUNK_BYTES = 1 << 20;

  private static final int MIB = 1 << 20;

  private final Path ballast;
  private final FileStore store;
  private final long auctionFloorBytes;
  private final long signalFloorBytes;

  /**
   * The disk of a journal's folder.
   *
   * @param auctionFloorMib below which no bids are recorded
   * @param signalFloorMib below which nothing is
   * @throws IllegalArgumentException where others have their data on it, too
   */
  Disk(Path folder, long auctionFloorMib, long signalFloorMib) throws IOException {
    if (Files.getFileStore(folder).equals(Files.getFileStore(folder.getParent()))) {
      throw new IllegalArgumentException(folder + " has no disk of its own");
    }
    this.ballast = folder.resolve("ballast");
    this.store = Files.getFileStore(folder);
    this.auctionFloorBytes = auctionFloorMib * MIB;
    this.signalFloorBytes = signalFloorMib * MIB;
  }

  /** Leaves room for beacons, and not for bids. */
  void leaveRoomForBeacons() throws IOException {
    fill((auctionFloorBytes + signalFloorBytes) / 2);
    long free = store.getUsableSpace();
    if (free >= auctionFloorBytes || free <= signalFloorBytes) {
      throw new IllegalStateException("the disk has " + free + " bytes free: not as wanted");
    }
  }

  /** Takes every byte there is. */
  void fill() throws IOException {
    fill(0);
    if (store.getUsableSpace() >= signalFloorBytes) {
      throw new IllegalStateException("the disk is not full: " + store.getUsableSpace());
    }
  }

  private void fill(long leaveBytes) throws IOException {
    ByteBuffer zeroes = ByteBuffer.allocateDirect(CHUNK_BYTES);
    try (FileChannel file =
        FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      long left = store.getUsableSpace() - leaveBytes;
      while (left > 0) {
        zeroes.clear().limit((int) Math.min(CHUNK_BYTES, left));
        file.write(zeroes);
        left = store.getUsableSpace() - leaveBytes;
      }
    } catch (IOException e) {
      if (store.getUsableSpace() >= signalFloorBytes) {
        throw e;
      }
    }
  }

  /** Gives back what it took. */
  void empty() throws IOException {
    Files.deleteIfExists(ballast);
  }
}
