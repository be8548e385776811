package io.adplatform.simulator;

import io.adplatform.simulator.audit.SettledCells;
import io.adplatform.simulator.fault.FaultKind;
import io.adplatform.simulator.stream.Follower;
import java.util.ArrayList;
import java.util.List;

/**
 * Ingestion: takes {@code settled} into a table by ranges of offsets, at least once; the table has
 * each offset once (ADR 0071).
 */
final class Reports {
  /** A range ends at a multiple of so many offsets. */
  private static final long RANGE = 16_384;

  /** Where ranges are inserted. */
  interface Table {
    /** Inserts the messages of a range, which may have come before, in part or cut otherwise. */
    void insert(int partition, long fromOffset, List<byte[]> messages);

    /** Sums of what it holds. */
    SettledCells sums();
  }

  final Follower settled;
  final Table table;
  private final World world;
  private final List<byte[]> range = new ArrayList<>();
  private long rangeFrom;

  Reports(World world) {
    this.world = world;
    settled = new Follower(world.settled);
    table = world.seams.reports().get();
  }

  void step() {
    if (!settled.isBehind()) {
      return;
    }
    if (world.faults.is(FaultKind.REPORTS_STALL)) {
      world.faults.struck(FaultKind.REPORTS_STALL);
      return;
    }
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      settled.read(partition, this::take);
      insert(partition);
    }
  }

  private void take(int partition, long offset, byte[] message) {
    if (range.isEmpty()) {
      rangeFrom = offset;
    }
    range.add(message);
    if ((offset + 1) % RANGE == 0) {
      insert(partition);
    }
  }

  private void insert(int partition) {
    if (!range.isEmpty()) {
      table.insert(partition, rangeFrom, range);
      range.clear();
    }
  }

  /** The table as it should be. */
  static final class Offsets implements Table {
    private final SettledCells sums = new SettledCells();
    private final long[] next = new long[World.PARTITIONS];

    @Override
    public void insert(int partition, long fromOffset, List<byte[]> messages) {
      for (int i = 0; i < messages.size(); i++) {
        if (fromOffset + i == next[partition]) {
          sums.add(messages.get(i));
          next[partition]++;
        }
      }
    }

    @Override
    public SettledCells sums() {
      return sums;
    }
  }
}
