package io.adplatform.simulator.audit;

import io.adplatform.wire.sbe.Disposition;
import io.adplatform.wire.sbe.MessageHeaderDecoder;
import io.adplatform.wire.sbe.SettledEventDecoder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** Sums by hour and line item of what settled events say, as the delivery report counts them. */
public final class SettledCells {
  static final int IMPRESSIONS = 0;
  static final int CHARGED = 1;
  static final int COST = 2;
  static final int OVER_DELIVERED = 3;
  private static final int SUMS = 4;
  private static final long HOUR_MILLIS = TimeUnit.HOURS.toMillis(1);

  /**
   * What is summed together.
   *
   * @param hourMillis when the hour began, in milliseconds since 1970
   */
  record Cell(long hourMillis, long lineItemId) {}

  private final Map<Cell, long[]> cells = new HashMap<>();
  private final long[] all = new long[SUMS];
  private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final SettledEventDecoder event = new SettledEventDecoder();

  /** Takes a message of {@code settled}; what is no event is passed over. */
  public void add(byte[] message) {
    buffer.wrap(message);
    if (header.wrap(buffer, 0).templateId() == SettledEventDecoder.TEMPLATE_ID) {
      add(event.wrapAndApplyHeader(buffer, 0, header));
    }
  }

  /** Takes an event. */
  public void add(SettledEventDecoder of) {
    Disposition disposition = of.disposition();
    boolean counted = disposition == Disposition.COUNTED;
    if (!counted && disposition != Disposition.LATE) {
      return;
    }
    long charged = counted ? of.chargedMicros() : 0;
    if (of.billed() != 0 || charged != 0 || of.costMicros() != 0 || of.overDeliveryMicros() != 0) {
      add(
          cell(of.timeMillis(), of.lineItemId()),
          of.billed() == 0 ? 0 : 1,
          charged,
          of.costMicros(),
          of.overDeliveryMicros());
    }
  }

  static Cell cell(long timeMillis, long lineItemId) {
    return new Cell(timeMillis - Math.floorMod(timeMillis, HOUR_MILLIS), lineItemId);
  }

  void add(Cell cell, long... added) {
    long[] sums = cells.computeIfAbsent(cell, key -> new long[SUMS]);
    for (int i = 0; i < SUMS; i++) {
      sums[i] += added[i];
      all[i] += added[i];
    }
  }

  /** One sum of all cells. */
  long all(int sum) {
    return all[sum];
  }

  /**
   * Where others differ; null where they do not.
   *
   * @param fromMillis older hours are not looked at
   */
  String difference(SettledCells others, long fromMillis) {
    if (!Arrays.equals(all, others.all)) {
      return Arrays.toString(all) + " and " + Arrays.toString(others.all);
    }
    for (Map.Entry<Cell, long[]> entry : cells.entrySet()) {
      if (entry.getKey().hourMillis > fromMillis - HOUR_MILLIS) {
        long[] theirs = others.cells.get(entry.getKey());
        boolean none = theirs == null && Arrays.stream(entry.getValue()).allMatch(sum -> sum == 0);
        if (!none && !Arrays.equals(entry.getValue(), theirs)) {
          return entry.getKey()
              + ": "
              + Arrays.toString(entry.getValue())
              + " and "
              + Arrays.toString(theirs);
        }
      }
    }
    return null;
  }
}
