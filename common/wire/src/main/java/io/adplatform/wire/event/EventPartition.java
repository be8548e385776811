package io.adplatform.wire.event;

/**
 * The partition of {@code events} (and of {@code settled}) that an event belongs to: by its lease,
 * or by its auction where it has none.
 */
public final class EventPartition {
  private EventPartition() {}

  /**
   * The partition of a key.
   *
   * @param key the lease id, or for an event without a lease the low half of its auction id
   * @param partitions how many there are, positive
   */
  public static int of(long key, int partitions) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    return (int) Long.remainderUnsigned(mixed ^ (mixed >>> 32), partitions);
  }
}
