package io.adplatform.settle;

/**
 * One message of {@code events} on its way through the chain. Reused for the next: nobody keeps it.
 * The fields are public and there is a constructor without arguments so that Flink knows it as a
 * plain object, not as a generic one.
 */
public final class Event {
  /** Partition of {@code events}. */
  public int partition;

  /** Offset in that partition. */
  public long offset;

  /** When it was appended, in milliseconds since 1970 by the broker's clock; -1 is unknown. */
  public long appendedMillis;

  /** Envelope and SBE message; never null. */
  public byte[] value = new byte[0];
}
