package io.adplatform.analytics.collect;

import io.vertx.core.http.HttpServerResponse;

/**
 * Requests whose signals are offered and not yet recorded, in the order of the journal: a ring of
 * fixed size. Owned by the lane; allocates nothing.
 */
final class PendingAnswers {
  private final HttpServerResponse[] responses;
  private final BeaconKind[] kinds;
  private final String[] locations;
  private final long[] recordingIds;
  private final long[] positions;
  private final long[] offeredNanos;
  private final int mask;
  private long head;
  private long tail;

  /** A ring; the capacity is a power of two. */
  PendingAnswers(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("not a power of two: " + capacity);
    }
    responses = new HttpServerResponse[capacity];
    kinds = new BeaconKind[capacity];
    locations = new String[capacity];
    recordingIds = new long[capacity];
    positions = new long[capacity];
    offeredNanos = new long[capacity];
    mask = capacity - 1;
  }

  int size() {
    return (int) (tail - head);
  }

  boolean isFull() {
    return size() > mask;
  }

  /** Adds the newest; not where it is full. */
  void add(
      HttpServerResponse response,
      BeaconKind kind,
      String location,
      long recordingId,
      long position,
      long nanos) {
    int slot = (int) tail & mask;
    responses[slot] = response;
    kinds[slot] = kind;
    locations[slot] = location;
    recordingIds[slot] = recordingId;
    positions[slot] = position;
    offeredNanos[slot] = nanos;
    tail++;
  }

  /** Recording of the oldest. */
  long recordingId() {
    return recordingIds[(int) head & mask];
  }

  /** Position after the oldest. */
  long position() {
    return positions[(int) head & mask];
  }

  /** Position after the newest. */
  long newestPosition() {
    return positions[(int) (tail - 1) & mask];
  }

  /** When the oldest was offered, in the lane's nanoseconds. */
  long offeredNanos() {
    return offeredNanos[(int) head & mask];
  }

  /** Response of the oldest. */
  HttpServerResponse response() {
    return responses[(int) head & mask];
  }

  /** Kind of the oldest. */
  BeaconKind kind() {
    return kinds[(int) head & mask];
  }

  /** Where the oldest leads, for a click; else null. */
  String location() {
    return locations[(int) head & mask];
  }

  /** Drops the oldest. */
  void remove() {
    int slot = (int) head & mask;
    responses[slot] = null;
    locations[slot] = null;
    head++;
  }
}
